using Microtome.Datasets.Catalogue;
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
        return services;
    }
}
