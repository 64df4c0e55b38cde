using System.Text;

namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>Superblocks, field sizes, groups, heaps, attributes, links: whatever the structures, the same things are found.</summary>
public sealed class StructureTests(Structures structures, ITestOutputHelper output) : IClassFixture<Structures>
{
    [Fact]
    public async Task Everything_that_h5py_finds_is_found_and_equal()
    {
        List<string> wrong = [];
        Dictionary<(string File, string Path), Hdf5Object> byPath = [];
        Dictionary<Hdf5Object, Dictionary<string, Hdf5Attribute>> attributes = [];
        foreach (string line in structures.Listing)
        {
            string[] fields = line.Split('\t');
            if (!byPath.ContainsKey((fields[1], "/")))
            {
                foreach (Hdf5Object listed in structures.Open(fields[1]))
                {
                    foreach (string path in listed.Aliases.Prepend(listed.Path))
                        byPath.TryAdd((fields[1], path), listed);
                }
            }

            if (!byPath.TryGetValue((fields[1], fields[2]), out Hdf5Object? found))
                wrong.Add($"{fields[1]} has no {fields[2]}");
            else if (fields[0] == "D")
                await CheckDatasetAsync(fields, found, wrong);
            else
                await CheckAttributeAsync(fields, attributes, found, wrong);
        }

        output.WriteLine($"{structures.Listing.Length} things in {byPath.Keys.Select(key => key.File).Distinct().Count()} files");
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("links-earliest.h5")]
    [InlineData("links-latest.h5")]
    public void An_object_of_several_links_comes_once_under_its_first_path(string file)
    {
        Hdf5Dataset typed = Assert.IsType<Hdf5Dataset>(structures.Find(file, "/a"));
        Assert.Equal("/a", typed.Path);
        string[] direct = ["/b/here", "/b/typed", "/c"];
        Assert.Equal(direct, direct.Intersect(typed.Aliases));
        Assert.Single(structures.Open(file), found => found.Path == "/a" || found.Aliases.Contains("/a"));
        Assert.Contains("/b/up", structures.Find(file, "/").Aliases);
        Assert.Contains("/x", structures.Find(file, "/b").Aliases);
    }

    [Theory]
    [InlineData("/gone", "soft link")]
    [InlineData("/far", "external link to the file other.h5")]
    [InlineData("/b/round", "circle")]
    public void A_link_that_cannot_be_followed_says_why(string path, string reason)
    {
        foreach (string file in new[] { "links-earliest.h5", "links-latest.h5" })
            Assert.Contains(reason, Assert.IsType<Hdf5Unreadable>(structures.Find(file, path)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("links-earliest.h5")]
    [InlineData("links-latest.h5")]
    public void A_name_too_long_to_be_asked_for_is_listed_by_its_start(string file)
    {
        Hdf5Unreadable found = Assert.Single(structures.Open(file).OfType<Hdf5Unreadable>(), found => found.Path.StartsWith("/nnn", StringComparison.Ordinal));
        Assert.EndsWith("n…", found.Path, StringComparison.Ordinal);
        Assert.Contains("5001 characters", found.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_outside_the_file_is_refused_by_name()
    {
        Hdf5Dataset external = Assert.IsType<Hdf5Dataset>(structures.Find("links-latest.h5", "/external"));
        Assert.Null(external.ElementType);
        Assert.Contains("external files", external.Reason, StringComparison.Ordinal);
        Hdf5Dataset mapped = Assert.IsType<Hdf5Dataset>(structures.Find("links-latest.h5", "/virtual"));
        Assert.Null(mapped.ElementType);
        Assert.Equal("virtual", mapped.Layout);
        Assert.Contains("virtual dataset", mapped.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/texts/fixed", new[] { "ab", "c", "" })]
    [InlineData("/texts/variable", new[] { "äö", "", "xyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyz" })]
    [InlineData("/texts/grid", new[] { "a", "b", "c", "d", "e", "f" })]
    [InlineData("/texts/members.in.fixed", new[] { "row 0", "row 1", "row 2", "row 3", "row 4", "row 5", "row 6" })]
    [InlineData("/texts/members.in.variable", new[] { "", "ö", "öö", "ööö", "öööö", "ööööö", "öööööö" })]
    public async Task Texts_are_read_by_their_places(string path, string[] expected)
    {
        foreach (string file in new[] { "links-earliest.h5", "links-latest.h5" })
        {
            Hdf5Dataset texts = Assert.IsType<Hdf5Dataset>(structures.Find(file, path));
            Assert.True(texts.CanReadStrings);
            for (int start = 0; start <= expected.Length; start++)
            {
                for (int count = 0; count <= expected.Length - start; count++)
                    Assert.Equal(expected.Skip(start).Take(count), await texts.ReadStringsAsync(start, count, TestContext.Current.CancellationToken));
            }
        }
    }

    private static async Task CheckDatasetAsync(string[] fields, Hdf5Object found, List<string> wrong)
    {
        if (found is not Hdf5Dataset { ElementType: not null } dataset || dataset.ElementType.Name != fields[3])
        {
            if (fields[3] is not ("|O" or "|S3" or "|S1") && fields[2] is not ("/external" or "/virtual"))
                wrong.Add($"{fields[1]} {fields[2]} is {found.GetType().Name} {(found as Hdf5Dataset)?.Reason}");

            return;
        }

        byte[] read = new byte[dataset.Shape.Aggregate(1L, (count, length) => count * length) * dataset.ElementType.Bytes];
        await dataset.ReadAsync(dataset.Shape.Select(Hdf5Range.All).ToArray(), read, TestContext.Current.CancellationToken);
        if (Convert.ToHexStringLower(read) != fields[5] || string.Join(',', dataset.Shape) != fields[4])
            wrong.Add($"{fields[1]} {fields[2]} is not equal");
    }

    private static async Task CheckAttributeAsync(
        string[] fields, Dictionary<Hdf5Object, Dictionary<string, Hdf5Attribute>> read, Hdf5Object found, List<string> wrong)
    {
        if (!read.TryGetValue(found, out Dictionary<string, Hdf5Attribute>? attributes))
            read.Add(found, attributes = found.ReadAttributes().ToDictionary(attribute => attribute.Name));

        if (!attributes.TryGetValue(fields[3], out Hdf5Attribute? attribute) || attribute.Reason is not null)
        {
            wrong.Add($"{fields[1]} {fields[2]} has no attribute {fields[3]}: {attribute?.Reason}");
            return;
        }

        string value = fields[0] == "S"
            ? Convert.ToHexStringLower(Encoding.UTF8.GetBytes(attribute.ReadValues()[0]!.ToString()!))
            : Convert.ToHexStringLower(await AttributeNumbers.ReadAsync(attribute));
        if (value != fields[^1])
            wrong.Add($"{fields[1]} {fields[2]} @{fields[3]} is not equal");
    }
}
