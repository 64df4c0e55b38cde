using Microsoft.AspNetCore.Mvc.Testing;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.House;

/// <summary>
/// <c>openapi.yaml</c> at the root is what Swashbuckle makes of the code. After a change, run the tests with
/// <c>MICROTOME_WRITE_OPENAPI=true</c> to write it anew.
/// </summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task The_file_at_the_root_is_what_the_server_says()
    {
        await using WebApplicationFactory<Program> factory = new();
        using HttpClient client = factory.CreateClient();
        string served = await client.GetStringAsync("/openapi.yaml");
        string file = Repository.PathOf("openapi.yaml");
        if (Environment.GetEnvironmentVariable("MICROTOME_WRITE_OPENAPI") == "true")
        {
            await File.WriteAllTextAsync(file, served);
        }

        Assert.Equal((await File.ReadAllTextAsync(file)).ReplaceLineEndings("\n"), served.ReplaceLineEndings("\n"));
    }
}
