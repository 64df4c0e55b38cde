using Microtome.Api.Limits;
using Microtome.Api.Security;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Views;

namespace Microtome.Api.Settings;

/// <summary>Everything under <c>Microtome:</c>, read and validated once at start, from the file, the environment or the command line.</summary>
internal sealed record MicrotomeSettings(
    CatalogueOptions Catalogue,
    ServerLimits Limits,
    IReadOnlyList<ApiKey> Keys,
    bool AllowAnonymous,
    IReadOnlyList<string> AllowedHosts,
    IReadOnlyList<string> AllowedOrigins,
    bool NativeCodecs,
    bool Sidecars,
    string? StateDirectory,
    IReadOnlyDictionary<string, IReadOnlyList<NamedView>> Views)
{
    private const string Section = "Microtome";

    /// <summary>Whether rows leave from where they are mapped, where that is possible; otherwise they are copied first.</summary>
    public bool ZeroCopy { get; private init; }

    /// <param name="configuration">All of it.</param>
    /// <param name="samples">The folder that is served where nothing else is named.</param>
    /// <param name="rawFormat">Makes the format of a file without a header.</param>
    /// <exception cref="SettingsException">A setting is wrong or not known.</exception>
    public static MicrotomeSettings Read(IConfiguration configuration, string samples, Func<RawLayout, IDatasetFormat> rawFormat)
    {
        SettingsReader settings = new(configuration.GetSection(Section));
        settings.AllowOnly("DataRoots", "Datasets", "Limits", "ApiKeys", "AllowAnonymous", "AllowedHosts", "AllowedOrigins", "Views", "NativeCodecs", "Sidecars", "StateDirectory", "ZeroCopy");
        IReadOnlyList<ExplicitDataset> datasets = DatasetSettings.Read(settings.Child("Datasets").Children(), rawFormat);
        string[] roots = ReadRoots(settings, samples, datasets.Count > 0);
        return new(
            new(roots, datasets),
            ServerLimits.Read(settings.Child("Limits")),
            [.. settings.Child("ApiKeys").Children().Select(ApiKey.Read)],
            settings.Flag("AllowAnonymous"),
            ReadList(settings, "AllowedHosts", OriginCheck.IsHost, "a host without a port, such as lab.example or [::1]"),
            ReadList(settings, "AllowedOrigins", OriginCheck.IsOrigin, "an origin as browsers write it, such as https://lab.example or http://lab.example:8080"),
            settings.Flag("NativeCodecs", fallback: true),
            settings.Flag("Sidecars", fallback: true),
            StatePlace.Choose(settings.Text("StateDirectory"), roots, datasets),
            ViewSettings.Read(settings.Child("Views").Children()))
        {
            ZeroCopy = settings.Flag("ZeroCopy", fallback: true),
        };
    }

    private static string[] ReadList(SettingsReader settings, string key, Func<string, bool> isValid, string what)
    {
        string[] list = settings.List(key);
        return list.FirstOrDefault(item => !isValid(item)) is { } wrong
            ? throw new SettingsException($"{settings.Path}:{key} has '{wrong}'; it lists what is {what}.")
            : list;
    }

    private static string[] ReadRoots(SettingsReader settings, string samples, bool hasDatasets)
    {
        string[] roots = [.. settings.List("DataRoots").Select(Path.GetFullPath).Distinct()];
        if (roots.Length == 0)
        {
            return hasDatasets ? [] : [samples];
        }

        foreach (string root in roots)
        {
            if (!Directory.Exists(root))
            {
                throw new SettingsException($"{Section}:DataRoots: there is no folder {root}.");
            }
        }

        return roots;
    }
}
