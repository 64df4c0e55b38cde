using Microtome.Api.Problems;
using Microtome.Api.Security;
using Microtome.Datasets.Catalogue;

namespace Microtome.Api.Endpoints;

/// <summary>The catalogue as a request may see it: its key's datasets only, each held open until the answer is written.</summary>
internal sealed class DatasetAccess(DatasetCatalogue catalogue)
{
    /// <summary>Finds a dataset and keeps its files open until the request ends.</summary>
    /// <exception cref="ProblemException">404 where there is none, or the key may not see it; 503 where the first scan has not ended.</exception>
    public Dataset Open(HttpContext http, string name)
    {
        if (!http.Caller().CanSee(name))
        {
            throw Unknown(name);
        }

        bool isScanned = catalogue.IsReady; // Asked first: the scan may end meanwhile.
        if (catalogue.TryAcquire(name) is not { } lease)
        {
            throw isScanned ? Unknown(name) : new(ProblemCode.Unavailable, "The server has just started and still looks through its folders; ask again shortly.") { RetryAfterSeconds = 1 };
        }

        http.Response.RegisterForDispose(lease);
        return lease.Dataset;
    }

    /// <summary>The datasets that the request may see, in name order.</summary>
    public IEnumerable<Dataset> List(HttpContext http) => catalogue.Datasets.Where(dataset => http.Caller().CanSee(dataset.Name));

    /// <summary>The dataset's version, held against the one that the request pins.</summary>
    /// <exception cref="ProblemException">409 where they differ.</exception>
    public static async ValueTask<string> PinAsync(Dataset dataset, string? pinned, CancellationToken cancellationToken)
    {
        string version = await dataset.GetVersionAsync(cancellationToken);
        return pinned is null || pinned == version ? version : throw ProblemException.VersionChanged(dataset.Name, version);
    }

    private static ProblemException Unknown(string name) => new(ProblemCode.DatasetNotFound, $"There is no dataset {name}; GET /v1/datasets lists them.") { Value = name };
}
