using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>Two servers on the same files, each with a state directory of its own: an expression means the same at both.</summary>
public sealed class ReplicaTests
{
    [Theory]
    [InlineData("where(labels == 3)|sample(n=50,seed=7)")]
    [InlineData("split(by=labels,parts=0.7:0.3,seed=5,take=1)")]
    [InlineData("kfold(k=5,by=labels,fold=2)")]
    public async Task A_view_stored_at_one_is_had_by_its_expression_at_the_other(string expression)
    {
        await using RunningServer one = await RunningServer.StartAsync();
        await using RunningServer other = await RunningServer.StartAsync();
        HttpResponseMessage stored = await one.Client.PostAsJsonAsync("/v1/datasets/digits/views", new { name = "mine", expression });
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
        JsonElement view = await stored.Content.ReadFromJsonAsync<JsonElement>();
        JsonElement same = await other.Client.GetFromJsonAsync<JsonElement>("/v1/datasets/digits/views?expression=" + Uri.EscapeDataString(expression));
        foreach (string member in (string[])["id", "expression", "rows", "classes", "version"])
        {
            Assert.Equal(view.GetProperty(member).GetRawText(), same.GetProperty(member).GetRawText());
        }

        byte[] rows = await one.Client.GetByteArrayAsync("/v1/datasets/digits/views/mine/rows");
        Assert.Equal(rows, await other.Client.GetByteArrayAsync($"/v1/datasets/digits/views/{Uri.EscapeDataString(view.GetProperty("expression").GetString()!)}/rows"));
        const string batch = "/v1/datasets/digits/epochs/4/batches/2?batch_size=16&seed=9&view=";
        Assert.Equal(await one.Client.GetByteArrayAsync(batch + "mine"), await other.Client.GetByteArrayAsync(batch + Uri.EscapeDataString(expression)));

        // The name and the id live where they were stored.
        Assert.Equal(HttpStatusCode.NotFound, (await other.Client.GetAsync(batch + "mine")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await other.Client.GetAsync(batch + view.GetProperty("id").GetString())).StatusCode);
    }
}
