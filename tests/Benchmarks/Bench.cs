using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Load;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks;

/// <summary>
/// Measures contenders against each other: in turns, round after round, so that what disturbs the machine disturbs all of them;
/// the median of the rounds counts. Contenders whose tools are missing are named in the report and left out.
/// </summary>
internal sealed class Bench(BenchmarkOptions options, DataFolder data)
{
    public BenchmarkOptions Options => options;

    public DataFolder Data => data;

    /// <summary>Measures every contender on a workload. <paramref name="before"/> is done before each measurement (evicting a file, say).</summary>
    public IReadOnlyList<Result> Compare(IReadOnlyList<Contender> contenders, Workload workload, Section section, Action? before = null)
    {
        List<Contender> present = [.. contenders.Where(contender => IsPresent(contender, section))];
        Dictionary<Contender, List<Sample>> samples = present.ToDictionary(contender => contender, _ => new List<Sample>());
        for (int round = 0; round < options.Rounds; round++)
        {
            foreach (Contender contender in present)
            {
                contender.WarmUp(workload);
                before?.Invoke();
                samples[contender].Add(contender.Measure(workload, TimeSpan.FromSeconds(options.Seconds)));
            }
        }

        return [.. present.Select(contender => Result.Of(contender.Name, samples[contender]))];
    }

    private static bool IsPresent(Contender contender, Section section)
    {
        if (contender.Missing is { } reason)
        {
            section.Note($"{contender.Name} was not measured: {reason}.");
            return false;
        }

        return true;
    }
}
