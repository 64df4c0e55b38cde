using Microtome.Api.Endpoints;
using Microtome.Api.Hosting;
using Microtome.Api.Jobs;
using Microtome.Api.Limits;
using Microtome.Api.Requests;
using Microtome.Api.Results;
using Microtome.Api.Settings;
using Microtome.Api.Telemetry;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Encoders;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Formats.Hdf5;
using Microtome.Datasets.Formats.Npy;
using Microtome.Datasets.Formats.Raw;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Materialization;
using Microtome.Datasets.Sidecars;
using Microtome.Datasets.Storage;
using Microtome.Hdf5.Filters;
using Microtome.Hdf5.Reading;

namespace Microtome.Api;

/// <summary>What the server is made of. The one file that names the concrete formats and encoders.</summary>
internal static class Services
{
    private static IBatchEncoder[] Encoders(ServerLimits limits) =>
        [new SafetensorsEncoder(), new NpyEncoder(), new RawEncoder(), new NpzEncoder(), new JsonEncoder(limits.MaxResponseBytes), new CsvEncoder(limits.MaxResponseBytes), new PngEncoder()];

    public static IDatasetFormat Headerless(RawLayout layout) => new RawFormat(layout.Dtype, layout.BigEndian, layout.Shape, layout.Offset, layout.Order);

    public static IServiceCollection AddMicrotome(this IServiceCollection services, MicrotomeSettings settings)
    {
        services.AddSingleton(settings.Limits);
        services.AddJobs();
        services.AddSingleton(new FormatNegotiation(Encoders(settings.Limits)));
        services.AddSingleton<IDatasetFormat, NpyFormat>();
        services.AddSingleton<IDatasetFormat>(provider => new Hdf5Format(new()
        {
            MaxChunkBytes = settings.Limits.MaxChunkBytes,
            ChunkCache = provider.GetRequiredService<ChunkCache>(),
            NativeCodecs = settings.NativeCodecs ? NativeCodecs.System : NativeCodecs.None,
        }));
        services.AddSingleton(_ => new ReadAdmission(settings.Limits.MaxConcurrentReads, settings.Limits.MaxQueuedReads));
        services.AddSingleton(new ChunkCache(settings.Limits.MemoryBudgetBytes));
        services.AddSingleton(new PostedRows(settings.Limits.MaxRows));
        services.AddSingleton(new StreamAdmission(settings.Limits.MaxStreams));
        services.AddSingleton(_ => new StateDirectory(settings.StateDirectory, new(settings.Limits.StateBytes, () => DiskSpace.Of(settings.StateDirectory))));
        services.AddSingleton<RunLoans>();
        services.AddSingleton(provider => new SidecarStore(provider.GetRequiredService<StateDirectory>(), provider.GetRequiredService<RunLoans>(), TimeProvider.System));
        services.AddSingleton(new SendPath(settings.ZeroCopy));
        services.AddSingleton<AnswerWriter>();
        services.AddSingleton<EpochWalks>();
        services.AddSingleton<GatherPlans>();
        services.AddSingleton<DatasetAccess>();
        services.AddSingleton<CatalogueLog>();
        services.AddSingleton(new StartTime(TimeProvider.System.GetUtcNow()));
        services.AddSingleton<PrometheusExporter>();
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton(provider => new DatasetCatalogue(settings.Catalogue, [.. provider.GetServices<IDatasetFormat>()], provider.GetRequiredService<CatalogueLog>().Write, TimeProvider.System, settings.Sidecars ? provider.GetRequiredService<SidecarStore>() : null, provider.GetRequiredService<MadeDatasets>()));
        services.AddViews(settings);
        services.AddHostedService<CatalogueService>();
        services.AddSingleton<Draining>();
        services.AddHostedService(provider => provider.GetRequiredService<Draining>());
        return services;
    }
}
