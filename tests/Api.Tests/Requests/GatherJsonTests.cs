using System.Buffers;
using System.Text;
using System.Text.Json;
using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Api.Requests;

namespace Microtome.Api.Tests.Requests;

/// <summary>The JSON body of a gather is read as it arrives: wherever it is cut into pieces, it means what System.Text.Json says that it means.</summary>
public sealed class GatherJsonTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public void A_body_means_the_same_in_any_pieces()
    {
        Random random = new(11);
        for (int round = 0; round < 200; round++)
        {
            string text = JsonSerializer.Serialize(new Dictionary<string, object?>
            {
                ["rows"] = Enumerable.Range(0, random.Next(20)).Select(_ => random.NextInt64(-500, 500)).ToArray(),
                ["arrays"] = random.Next(3) == 0 ? null : new[] { "x", "a \"b\" ü", "日本/x" }[..random.Next(4)],
                ["select"] = random.Next(3) == 0 ? null : new Dictionary<string, string> { ["x"] = "0:3", ["ä"] = "" },
                ["transform"] = new Dictionary<string, string> { ["x"] = "cast(f4)|div(255)" },
            }.OrderBy(_ => random.Next()).ToDictionary(), random.Next(2) == 0 ? Indented : JsonSerializerOptions.Default);
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            (long[] rows, GatherRequest request) = Read(bytes, random);
            JsonElement expected = JsonDocument.Parse(text).RootElement;
            Assert.Equal(expected.GetProperty("rows").EnumerateArray().Select(row => row.GetInt64()), rows);
            Assert.Equal(expected.GetProperty("arrays").Deserialize<string[]>(), request.Arrays);
            Assert.Equal(expected.GetProperty("select").Deserialize<Dictionary<string, string>>() ?? [], request.Select);
            Assert.Equal(expected.GetProperty("transform").Deserialize<Dictionary<string, string>>(), request.Transform);
        }
    }

    [Theory]
    [InlineData("{\"rows\":[1],\"arrays\":[\"\\ud800\"]}", "body")]
    [InlineData("{\"rows\":[1],\"\\udc00\":1}", "body")]
    [InlineData("{\"rows\":[1]}{", "body")]
    [InlineData("{\"rows\":[1]", "body")]
    [InlineData("{\"rows\":[1],}", "body")]
    [InlineData("nul", "body")]
    [InlineData("null", "body")]
    [InlineData("[[[[", "body")]
    [InlineData("{\"rows\":[[1]]}", "rows")]
    [InlineData("{\"rows\":{\"a\":1}}", "rows")]
    [InlineData("{\"rows\":null}", "rows")]
    [InlineData("{\"rows\":[true]}", "rows")]
    [InlineData("{\"rows\":[9223372036854775808]}", "rows")]
    [InlineData("{\"arrays\":[\"x\"]}", "rows")]
    [InlineData("{\"rows\":[1],\"arrays\":[null]}", "arrays")]
    [InlineData("{\"rows\":[1],\"select\":{\"x\":{}}}", "select")]
    [InlineData("{\"rows\":[1],\"select\":{\"x\":\"0\",\"x\":\"1\"}}", "select")]
    [InlineData("{\"rows\":[1],\"select\":null,\"select\":{}}", "select")]
    public void What_is_no_gather_names_the_member(string text, string parameter)
    {
        ProblemException problem = Assert.Throws<ProblemException>(() => Read(Encoding.UTF8.GetBytes(text), new Random(1)));
        Assert.Equal(("bad_request", parameter), (problem.Code.Code, problem.Parameter));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_told_so()
    {
        ProblemException problem = Assert.Throws<ProblemException>(() => Read([.. "{\"rows\":[1],\"arrays\":[\""u8, 0xFF, .. "\"]}"u8], new Random(1)));
        Assert.Equal("body", problem.Parameter);
    }

    [Fact]
    public void Nothing_is_kept_beyond_the_limits()
    {
        GatherJson rows = new(new() { MaxRows = 3 });
        Assert.Equal("too_large", Assert.Throws<ProblemException>(() => rows.Read(new("{\"rows\":[1,2,3,4,"u8.ToArray()), isLast: false)).Code.Code);
        GatherJson arrays = new(new());
        byte[] many = Encoding.UTF8.GetBytes("{\"arrays\":[" + string.Concat(Enumerable.Repeat("\"x\",", 300)));
        Assert.Equal("arrays", Assert.Throws<ProblemException>(() => arrays.Read(new(many), isLast: false)).Unit);
    }

    /// <summary>Feeds the bytes as a connection would: in pieces, with what was not read coming again.</summary>
    private static (long[] Rows, GatherRequest Request) Read(byte[] bytes, Random random)
    {
        GatherJson json = new(new ServerLimits());
        int read = 0;
        for (int there = 0; there < bytes.Length;)
        {
            there = Math.Min(bytes.Length, there + random.Next(1, 12));
            ReadOnlySequence<byte> piece = new(bytes, read, there - read);
            read += (int)piece.Slice(0, json.Read(piece, isLast: there == bytes.Length)).Length;
        }

        return json.End();
    }
}
