using System.Globalization;
using Microtome.Benchmarks.Contenders;

namespace Microtome.Benchmarks;

/// <summary>What the command line asks: which scenarios, how long each measurement lasts (seconds), and how often it is repeated.</summary>
internal sealed record BenchmarkOptions(IReadOnlyList<string> Names, double Seconds, int Rounds, string Folder, string ResultsPath)
{
    private const string Usage = """
        dotnet run -c Release --project tests/Benchmarks -- [SCENARIO …] [--seconds S] [--rounds N] [--folder DIR] [--results FILE]
        """;

    /// <summary>Whether a scenario is asked for: all of them where none is named.</summary>
    public bool Wants(string name) => Names.Count == 0 || Names.Contains(name);

    /// <summary>Null, with a word on the error stream, where the arguments make no sense.</summary>
    public static BenchmarkOptions? Parse(string[] arguments, IEnumerable<string> scenarios)
    {
        string[] known = [.. scenarios];
        List<string> names = [];
        BenchmarkOptions options = new(names, 1, 3, Path.GetTempPath(), DefaultResults());
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (known.Contains(argument))
            {
                names.Add(argument);
                continue;
            }

            string? value = i + 1 < arguments.Length ? arguments[++i] : null;
            BenchmarkOptions? next = argument switch
            {
                "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out double seconds) && seconds > 0 => options with { Seconds = seconds },
                "--rounds" when int.TryParse(value, CultureInfo.InvariantCulture, out int rounds) && rounds > 0 => options with { Rounds = rounds },
                "--folder" when Directory.Exists(value) => options with { Folder = value },
                "--results" when value is not null => options with { ResultsPath = value },
                _ => null,
            };
            if (next is null)
            {
                Console.Error.WriteLine($"What is {argument}? {Usage}\nScenarios: {string.Join(", ", known)}.");
                return null;
            }

            options = next;
        }

        return options;
    }

    /// <summary>RESULTS.md beside the project, from wherever the program is started.</summary>
    private static string DefaultResults() =>
        Checkout.Root is { } root ? Path.Combine(root, "tests", "Benchmarks", "RESULTS.md") : Path.GetFullPath("RESULTS.md");
}
