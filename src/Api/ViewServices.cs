using Microtome.Api.Settings;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Profiles;
using Microtome.Datasets.Storage;
using Microtome.Datasets.Views;

namespace Microtome.Api;

/// <summary>What views are made of.</summary>
internal static class ViewServices
{
    /// <summary>Views keep this share of the memory budget; one that is being worked out may take all of it.</summary>
    private const int KeptShare = 4;

    public static IServiceCollection AddViews(this IServiceCollection services, MicrotomeSettings settings)
    {
        long budget = settings.Limits.MemoryBudgetBytes;
        services.AddSingleton<ViewStore>();
        services.AddSingleton(provider => new ViewBook(settings.Views, provider.GetRequiredService<ViewStore>()));
        services.AddSingleton(provider => new ViewEvaluator(budget / KeptShare, budget, new(provider.GetRequiredService<StateDirectory>(), ComputedColumns.Format)));
        services.AddSingleton(provider => new ViewResolver(
            provider.GetRequiredService<ViewBook>(), provider.GetRequiredService<ViewEvaluator>(), Opener(provider.GetRequiredService<ComputedColumns>()), settings.Limits.MaxExpressionLength));
        return services;
    }

    private static ColumnOpener Opener(ComputedColumns columns) => (dataset, version, column) => columns.Find(dataset.ContentOf(version), column);
}
