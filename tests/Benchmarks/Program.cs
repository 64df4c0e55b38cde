using Microtome.Benchmarks;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Report;
using Microtome.Benchmarks.Scenarios;

Scenario[] scenarios = [new HotCore(), new HotBatches(), new HotRows(), new Streams(), new Fairness(), new Casts(), new ColdBatches(), new ColdNeighbours(), new Compressed(), new StartAndIdle(), new Profiles(), new Materializing()];
if (BenchmarkOptions.Parse(args, scenarios.Select(scenario => scenario.Name)) is not { } options)
{
    return 1;
}

ResultsFile results = new(options.ResultsPath);
Console.WriteLine(Machine.Describe());
using DataFolder data = new(options.Folder);
Bench bench = new(options, data);
foreach (Scenario scenario in scenarios.Where(scenario => options.Wants(scenario.Name)))
{
    Section section = new(scenario.Name, scenario.Title);
    scenario.Run(bench, section);
    results.Replace(section);
}

return 0;
