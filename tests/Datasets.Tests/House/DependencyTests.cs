using System.Text.RegularExpressions;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.House;

/// <summary>Who may know whom: the rooms of <c>src</c> and the other rooms that their files may name.</summary>
public sealed partial class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Arrays"] = [],
        ["Sampling"] = [],
        ["Storage"] = [],
        ["Sending"] = ["Arrays"],
        ["Wording"] = [],
        ["Sidecars"] = ["Arrays", "Storage", "Formats"],
        ["Selections"] = ["Arrays", "Sampling"],
        ["Transforms"] = ["Arrays", "Wording"],
        ["Gathering"] = ["Arrays", "Sampling", "Storage", "Sending", "Selections", "Transforms", "Sidecars"],
        ["Views"] = ["Arrays", "Storage", "Sampling", "Gathering", "Wording"],
        ["Profiles"] = ["Arrays", "Sampling", "Storage", "Transforms", "Gathering", "Formats"],
        ["Materialization"] = ["Arrays", "Sampling", "Storage", "Gathering", "Encoders"],
        ["Formats"] = ["Arrays", "Storage"],
        ["Formats.Npy"] = ["Arrays", "Storage", "Formats"],
        ["Formats.Raw"] = ["Arrays", "Storage", "Formats"],
        ["Formats.Hdf5"] = ["Arrays", "Storage", "Formats"],
        ["Encoders"] = ["Arrays", "Gathering"],
        ["Catalogue"] = ["Arrays", "Storage", "Sampling", "Selections", "Transforms", "Gathering", "Sidecars", "Views", "Profiles", "Materialization", "Formats"],
    };

    /// <summary>The one file that names the concrete formats and encoders.</summary>
    private const string Composition = "Services.cs";

    public static TheoryData<string> Rooms => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_names_only_those_it_may_know(string room)
    {
        string folder = Repository.PathOf(["src", "Datasets", .. room.Split('.')]);
        if (!Directory.Exists(folder))
        {
            return;
        }

        SearchOption depth = room == "Formats" ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories;
        foreach (string file in Directory.EnumerateFiles(folder, "*.cs", depth))
        {
            foreach (string named in RoomsNamedIn(File.ReadAllText(file)).Where(named => named != room))
            {
                Assert.True(Allowed[room].Contains(named), $"{Path.GetFileName(file)} in {room} names {named}");
            }
        }
    }

    [Fact]
    public void Every_folder_is_a_room_with_a_rule()
    {
        IEnumerable<string> folders = Directory.EnumerateDirectories(Repository.PathOf("src", "Datasets"))
            .Select(Path.GetFileName)
            .Where(name => name is not ("bin" or "obj"))!;
        Assert.All(folders, name => Assert.Contains(name, (IDictionary<string, string[]>)Allowed));
    }

    [Fact]
    public void Datasets_and_Hdf5_know_nothing_of_the_web()
    {
        foreach (string project in (string[])["Datasets", "Hdf5"])
        {
            Assert.DoesNotContain("Microsoft.AspNetCore", File.ReadAllText(Repository.PathOf("src", project, project + ".csproj")), StringComparison.Ordinal);
            foreach (string file in Directory.EnumerateFiles(Repository.PathOf("src", project), "*.cs", SearchOption.AllDirectories))
            {
                string text = File.ReadAllText(file);
                Assert.DoesNotContain("Microsoft.AspNetCore", text, StringComparison.Ordinal);
                Assert.False(project == "Hdf5" && text.Contains("Microtome.Datasets", StringComparison.Ordinal), $"{file} names Datasets");
            }
        }
    }

    [Fact]
    public void One_file_of_the_server_names_the_concrete_formats_and_encoders()
    {
        Regex concrete = ConcreteNames();
        foreach (string file in Directory.EnumerateFiles(Repository.PathOf("src", "Api"), "*.cs", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) != Composition)
            {
                Assert.False(concrete.IsMatch(File.ReadAllText(file)), $"{Path.GetFileName(file)} names a concrete format or encoder; only {Composition} does");
            }
        }
    }

    private static IEnumerable<string> RoomsNamedIn(string source)
    {
        foreach (Match match in NamespaceNames().Matches(source))
        {
            string name = match.Groups["room"].Value;
            if (Allowed.ContainsKey(name))
            {
                yield return name;
            }
            else if (Allowed.ContainsKey(name.Split('.')[0]))
            {
                yield return name.Split('.')[0];
            }
        }
    }

    // A room is named in full, or relative to the enclosing namespace (Arrays.Dtype).
    [GeneratedRegex(@"(?<!namespace\s)\b(?:Microtome\.Datasets\.)(?<room>[A-Z]\w+(?:\.[A-Z]\w+)?)|(?<![\w.])(?<room>Arrays|Sampling|Storage|Sending|Wording|Selections|Transforms|Gathering|Sidecars|Views|Profiles|Materialization|Encoders|Catalogue|Formats(?:\.[A-Z]\w+)?)\.[A-Z]\w+")]
    private static partial Regex NamespaceNames();

    [GeneratedRegex(@"\b(Npy|Raw|Hdf5)Format\b|\b(Npy|Raw|Safetensors|Json|Csv|Png|Npz)Encoder\b")]
    private static partial Regex ConcreteNames();
}
