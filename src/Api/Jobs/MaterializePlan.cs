using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Api.Requests;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Gathering;

namespace Microtome.Api.Jobs;

/// <summary>What a materialize reads and makes, worked out the same way when it is posted and when it runs.</summary>
internal static class MaterializePlan
{
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    /// <exception cref="ProblemException">An array or a transform does not fit the dataset.</exception>
    public static GatherTemplate Template(Dataset dataset, JobSpec spec, ServerLimits limits)
    {
        GatherTemplate template = GatherPlanner.Plan(dataset, new(spec.Arrays, Nothing, spec.Transform ?? Nothing), limits, addsValid: false);
        return template.Columns.FirstOrDefault(column => column.Source is null) is { } pseudo
            ? throw ProblemException.Bad("arrays", pseudo.Name, $"{pseudo.Name} is of one answer; a dataset is made of arrays.")
            : template;
    }

    /// <summary>The source's labels, where their array comes along with one element a row.</summary>
    public static DatasetLabels? Labels(Dataset dataset, GatherTemplate template) =>
        dataset.Labels is { } labels && template.Columns.FirstOrDefault(column => column.Name == labels.Array) is { RowShape.Count: 1 } ? labels : null;
}
