using System.Net.Http.Headers;
using System.Text.Json;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>Swagger's "try it out" fills in the examples of the document: each request that they make is answered by the samples.</summary>
public sealed class TryItOutTests
{
    private static readonly string[] Tags = ["Arrays", "Datasets", "Epochs", "Jobs", "Operations", "Rows", "Views"];

    [Fact]
    public async Task The_examples_answer_as_they_are_printed()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using JsonDocument document = JsonDocument.Parse(await server.Client.GetStringAsync("/openapi.json"));
        int tried = 0;
        string job = ""; // The one that the example of POST /v1/jobs starts.
        foreach (JsonProperty path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            // What DELETE removes, only a job or a posted view has made.
            foreach (JsonProperty operation in path.Value.EnumerateObject().Where(operation => operation.Name != "delete" && Tags.Contains(operation.Value.GetProperty("tags")[0].GetString())))
            {
                using HttpRequestMessage request = new(new HttpMethod(operation.Name), Fill(path.Name.Replace("{job}", job, StringComparison.Ordinal), operation.Value)) { Content = Body(document.RootElement, operation.Value) };
                using HttpResponseMessage response = await server.Client.SendAsync(request);
                Assert.True(response.IsSuccessStatusCode, $"{request.Method} {request.RequestUri}: {await response.Content.ReadAsStringAsync()}");
                job = response.Headers.Location is { } posted && path.Name == "/v1/jobs" ? posted.OriginalString.Split('/')[^1] : job;
                tried++;
            }
        }

        Assert.True(tried >= 23, $"only {tried}");
    }

    private static string Fill(string path, JsonElement operation)
    {
        List<string> query = [];
        if (operation.TryGetProperty("parameters", out JsonElement parameters))
        {
            foreach (JsonElement parameter in parameters.EnumerateArray())
            {
                string name = parameter.GetProperty("name").GetString()!;
                bool isThere = parameter.TryGetProperty("example", out JsonElement example);
                Assert.True(isThere || name == "job" || !parameter.TryGetProperty("required", out JsonElement required) || !required.GetBoolean(), $"{path} needs {name}, which has no example");
                string value = isThere ? Uri.EscapeDataString(example.ToString()) : "";
                path = path.Replace($"{{{name}}}", value, StringComparison.Ordinal);
                if (isThere && parameter.GetProperty("in").GetString() == "query")
                {
                    query.Add($"{name}={value}");
                }
            }
        }

        return query.Count > 0 ? $"{path}?{string.Join("&", query)}" : path;
    }

    /// <summary>The JSON body as the page makes it: its example, or those of its members.</summary>
    private static StringContent? Body(JsonElement root, JsonElement operation)
    {
        if (!operation.TryGetProperty("requestBody", out JsonElement body))
        {
            return null;
        }

        JsonElement json = body.GetProperty("content").GetProperty("application/json");
        if (json.TryGetProperty("example", out JsonElement whole))
        {
            return new(whole.GetRawText(), MediaTypeHeaderValue.Parse("application/json"));
        }

        string schema = json.GetProperty("schema").GetProperty("$ref").GetString()!.Split('/')[^1];
        JsonElement members = root.GetProperty("components").GetProperty("schemas").GetProperty(schema).GetProperty("properties");
        string text = JsonSerializer.Serialize(members.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetProperty("example")));
        return new(text, MediaTypeHeaderValue.Parse("application/json"));
    }
}
