using Microtome.Api.Endpoints;
using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Api.Requests;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Materialization;
using Microtome.Datasets.Profiles;
using Microtome.Datasets.Storage;

namespace Microtome.Api.Jobs;

/// <summary>Does what a job is to do. Everything is held against the dataset anew: between the post and the run there may lie a restart.</summary>
internal sealed class JobWork(DatasetCatalogue catalogue, ViewResolver views, ComputedColumns columns, MadeDatasets made, StateDirectory state, ServerLimits limits)
{
    /// <summary>Of the memory, what of a materialized dataset may wait there for the disk: well below where Linux slows writers down (vm.dirty_ratio, a fifth).</summary>
    private static readonly long WaitingBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 10;

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        JobSpec spec = job.Spec;
        using DatasetLease lease = catalogue.TryAcquire(spec.Dataset)
            ?? throw new ProblemException(ProblemCode.DatasetNotFound, $"The dataset {spec.Dataset} is no longer served.");
        string version = await DatasetAccess.PinAsync(lease.Dataset, spec.Version, cancellationToken);
        await (spec.Kind == JobSpec.Profile ? ProfileAsync(job, lease.Dataset, version, cancellationToken) : MaterializeAsync(job, lease.Dataset, version, cancellationToken));
    }

    private async Task ProfileAsync(Job job, Dataset dataset, string version, CancellationToken cancellationToken)
    {
        job.Begin(dataset.Rows * job.Spec.Arrays.Count);
        for (int i = 0; i < job.Spec.Arrays.Count; i++)
        {
            DatasetArray array = GatherPlanner.Find(dataset, job.Spec.Arrays[i]);
            long before = i * dataset.Rows;
            long rowBytes = array.Source!.Spec.RowBytes;
            await columns.ComputeAsync(
                new(dataset.ContentOf(version), array.Name), array.Source, dataset.IsUnchanged, bytes => job.Report(before + (bytes / rowBytes)), cancellationToken);
            job.Report(before + dataset.Rows);
        }
    }

    private async Task MaterializeAsync(Job job, Dataset dataset, string version, CancellationToken cancellationToken)
    {
        JobSpec spec = job.Spec;
        GatherTemplate template = MaterializePlan.Template(dataset, spec, limits);
        ResolvedView view = await views.ResolveAsync(dataset, version, spec.View, cancellationToken);
        DatasetMaker maker = new(template, view.Rows);
        job.Begin(maker.TotalRows);
        string folder = made.Begin(job.Id);
        bool isPublished = false;
        long bytes = 0;
        try
        {
            state.Budget.Reserve(maker.Bytes);
            bytes = maker.Bytes;
            IReadOnlyList<MadeArray> arrays = await maker.WriteAsync(folder, WaitingBytes, job.Report, cancellationToken);
            if (!dataset.IsUnchanged())
            {
                throw new Datasets.Arrays.ArrayReadException("A file of the dataset changed while it was materialized.");
            }

            cancellationToken.ThrowIfCancellationRequested();
            DatasetLabels? labels = MaterializePlan.Labels(dataset, template);
            made.Publish(folder, new(spec.Name!, job.Id, "", arrays, labels?.Array, labels?.Names));
            isPublished = true;
        }
        finally
        {
            if (!isPublished)
            {
                MadeDatasets.Delete(folder);
                state.Budget.Release(bytes);
            }
        }

        // From here on it is there, whatever happens.
        await catalogue.ScanAsync(CancellationToken.None);
    }
}
