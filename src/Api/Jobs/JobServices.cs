using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Materialization;
using Microtome.Datasets.Profiles;
using Microtome.Datasets.Storage;

namespace Microtome.Api.Jobs;

/// <summary>What jobs, and what they leave behind, are made of.</summary>
internal static class JobServices
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddSingleton(provider => new ComputedColumns(
            provider.GetRequiredService<StateDirectory>(), content => provider.GetRequiredService<DatasetCatalogue>().Datasets.Any(dataset => dataset.MayHold(content))));
        services.AddSingleton<MadeDatasets>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new JobBook(provider.GetRequiredService<StateDirectory>(), TimeProvider.System, JobId.New));
        services.AddSingleton<JobMetrics>();
        services.AddSingleton<JobWork>();
        services.AddSingleton<JobDesk>();

        // Before the catalogue: its first scan must know which names are promised.
        services.AddHostedService<JobRunner>();
        return services;
    }
}
