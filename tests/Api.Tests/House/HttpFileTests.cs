using System.Text;
using System.Text.RegularExpressions;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.House;

/// <summary>Executes every request of <c>http/*.http</c> against the samples; each answers 2xx unless a comment says otherwise.</summary>
public sealed partial class HttpFileTests
{
    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Repository.PathOf("http"), "*.http").Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_request_answers_as_it_says(string file)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        string text = await File.ReadAllTextAsync(Repository.PathOf("http", file));
        string[] requests = text.Split("###")[1..];
        Assert.NotEmpty(requests);
        foreach (string request in requests)
        {
            using HttpRequestMessage message = Parse(request, server.Address, out int? expected);
            using HttpResponseMessage response = await server.Client.SendAsync(message);
            bool answers = expected is null ? response.IsSuccessStatusCode : (int)response.StatusCode == expected;
            Assert.True(answers, $"{request.Trim()}\n→ {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task Every_endpoint_is_in_them()
    {
        string written = string.Concat(Directory.EnumerateFiles(Repository.PathOf("http"), "*.http").Select(File.ReadAllText));
        string contract = await File.ReadAllTextAsync(Repository.PathOf("openapi.yaml"));
        foreach (Match path in PathLine().Matches(contract))
        {
            string pattern = ".*" + Regex.Escape(path.Groups[1].Value).Replace("\\{dataset}", "\\w+", StringComparison.Ordinal);
            pattern = Regex.Replace(pattern, @"\\\{\w+}", "[^/?\\s]+") + @"(\?|\s)";
            Assert.Matches(pattern, written);
        }
    }

    private static HttpRequestMessage Parse(string request, Uri address, out int? expected)
    {
        string[] lines = request.Split('\n');
        Match status = Answers().Match(request);
        expected = status.Success ? int.Parse(status.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : null;
        int at = Array.FindIndex(lines, 1, line => line.Length > 0 && line[0] != '#');
        string[] parts = lines[at].Trim().Split(' ', 2);
        HttpRequestMessage message = new(new HttpMethod(parts[0]), parts[1].Replace("{{host}}/", address.ToString(), StringComparison.Ordinal));
        Dictionary<string, string> headers = [];
        for (at++; at < lines.Length && lines[at].Trim().Length > 0; at++)
        {
            string[] header = lines[at].Split(':', 2);
            headers[header[0].Trim()] = header[1].Trim();
        }

        string body = string.Join('\n', lines.Skip(at)).Trim();
        if (body.Length > 0)
        {
            message.Content = new StringContent(body, Encoding.UTF8, headers["Content-Type"]);
        }

        foreach ((string name, string value) in headers.Where(header => header.Key != "Content-Type"))
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    [GeneratedRegex(@"^# Answers (\d+)", RegexOptions.Multiline)]
    private static partial Regex Answers();

    [GeneratedRegex(@"^  '?(/[^':]*)'?:$", RegexOptions.Multiline)]
    private static partial Regex PathLine();
}
