using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Microtome.Api.Tests.Jobs;

/// <summary>Posts jobs and waits for them, as a client does.</summary>
internal static class JobClient
{
    /// <summary>Long enough for any machine: a job that hangs fails the test, a slow one does not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<JsonElement> PostAsync(this HttpClient client, object body)
    {
        HttpResponseMessage response = await client.PostAsJsonAsync("/v1/jobs", body);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        JsonElement job = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("/v1/jobs/" + job.Text("id"), response.Headers.Location!.ToString());
        return job;
    }

    /// <summary>The job once it has ended.</summary>
    public static async Task<JsonElement> EndAsync(this HttpClient client, JsonElement job)
    {
        using CancellationTokenSource patience = new(Patience);
        while (true)
        {
            JsonElement now = await client.GetFromJsonAsync<JsonElement>("/v1/jobs/" + job.Text("id"), patience.Token);
            if (now.Text("state") is not ("queued" or "running"))
            {
                return now;
            }

            await Task.Delay(20, patience.Token);
        }
    }

    public static async Task<JsonElement> RunAsync(this HttpClient client, object body)
    {
        JsonElement ended = await client.EndAsync(await client.PostAsync(body));
        Assert.True(ended.Text("state") == "succeeded", ended.ToString());
        return ended;
    }

    /// <summary>What a post is refused with.</summary>
    public static async Task<(HttpStatusCode Status, string Code, JsonElement Problem)> RefuseAsync(this HttpClient client, object body)
    {
        HttpResponseMessage response = await client.PostAsJsonAsync("/v1/jobs", body);
        JsonElement problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (response.StatusCode, problem.Text("code")!, problem);
    }

    public static string? Text(this JsonElement element, string member) => element.GetProperty(member).GetString();
}
