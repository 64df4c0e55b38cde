using Microtome.Api.Endpoints;
using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Api.Requests;
using Microtome.Api.Security;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Materialization;
using Microtome.Datasets.Profiles;
using Microtome.Datasets.Storage;

namespace Microtome.Api.Jobs;

/// <summary>Takes jobs in: everything that can be known to be wrong is said here, not an hour later.</summary>
internal sealed class JobDesk(JobBook book, DatasetAccess access, DatasetCatalogue catalogue, ViewResolver views, StateDirectory state, ServerLimits limits)
{
    /// <summary>Longer names are no file names everywhere.</summary>
    private const int MaxNameLength = 128;

    /// <exception cref="ProblemException">The job cannot be done, or too many wait.</exception>
    public async Task<Job> PostAsync(HttpContext http, JobBody body, CancellationToken cancellationToken)
    {
        if (body.Dataset.Length == 0)
        {
            throw ProblemException.Bad("dataset", "", "The member dataset is required.");
        }

        Dataset dataset = access.Open(http, body.Dataset);
        string version = await DatasetAccess.PinAsync(dataset, body.Version, cancellationToken);
        return body.Kind == JobSpec.Profile ? PostProfile(body, dataset, version) : await PostMaterializeAsync(http, body, dataset, version, cancellationToken);
    }

    private Job PostProfile(JobBody body, Dataset dataset, string version)
    {
        GatherTemplate template = MaterializePlan.Template(dataset, new(JobSpec.Profile, dataset.Name, version, Names(body, dataset)), limits);
        long bytes = 0;
        List<string> arrays = [];
        foreach (GatherColumn column in template.Columns)
        {
            if (column.Source!.Spec.RowBytes == 0)
            {
                throw new ProblemException(ProblemCode.DoesNotApply, $"The rows of {column.Name} hold no elements.") { Parameter = "arrays", Value = column.Name };
            }

            // An alias stands for the array; its columns are kept under the array's own name.
            arrays.Add(GatherPlanner.Find(dataset, column.Name).Name);
            bytes += ComputedColumns.BytesOf(column.Source.Spec);
        }

        RequireRoom(bytes);
        return Add(new(JobSpec.Profile, dataset.Name, version, [.. arrays.Distinct()]), dataset.Rows * arrays.Distinct().Count());
    }

    private async Task<Job> PostMaterializeAsync(HttpContext http, JobBody body, Dataset dataset, string version, CancellationToken cancellationToken)
    {
        string name = body.Name ?? throw ProblemException.Bad("name", null, "The member name is required: what the new dataset is called.");
        if (!DatasetName.IsValid(name) || name.Length > MaxNameLength)
        {
            throw ProblemException.Bad("name", name, $"A dataset's name is [A-Za-z0-9][A-Za-z0-9._-]*, at most {MaxNameLength} characters.");
        }

        if (!http.Caller().CanSee(name))
        {
            throw new ProblemException(ProblemCode.Forbidden, "This key may not see a dataset of that name, so it may not make one.") { Parameter = "name", Value = name };
        }

        JobSpec asked = new(JobSpec.Materialize, dataset.Name, version, Names(body, dataset), body.View, name, body.Transform);
        GatherTemplate template = MaterializePlan.Template(dataset, asked, limits);
        ResolvedView view = await views.ResolveAsync(dataset, version, body.View, cancellationToken);
        DatasetMaker maker = new(template, view.Rows);
        RequireRoom(maker.Bytes);
        if (!await catalogue.TryPromiseAsync(name, cancellationToken))
        {
            throw new ProblemException(ProblemCode.NameTaken, $"There is a dataset {name} already, or a job that makes one.") { Parameter = "name", Value = name };
        }

        try
        {
            // The view in the form that means the same rows however names come to change.
            return Add(asked with { View = view.Canonical }, maker.TotalRows);
        }
        catch
        {
            await catalogue.ReleasePromiseAsync(name);
            throw;
        }
    }

    private static IReadOnlyList<string> Names(JobBody body, Dataset dataset)
    {
        IReadOnlyList<string> names = body.Arrays ?? [.. dataset.Aligned.Select(array => array.Name)];
        return names.Count > 0 ? names : throw new ProblemException(ProblemCode.DoesNotApply, $"The dataset {dataset.Name} has no aligned arrays that can be decoded.");
    }

    private void RequireRoom(long bytes)
    {
        if (bytes > state.Budget.Limit)
        {
            throw ProblemException.TooLarge($"The result takes {bytes} bytes in the state directory", state.Budget.Limit, "bytes");
        }

        // Whether it fits is decided when it runs; what cannot fit now is said now.
        state.Budget.Reserve(bytes);
        state.Budget.Release(bytes);
    }

    private Job Add(JobSpec spec, long total) => book.TryAdd(spec, total)
        ?? throw new ProblemException(ProblemCode.Overloaded, $"{JobBook.MaxOpen} jobs wait already; post it again when some have ended.") { RetryAfterSeconds = 10 };
}
