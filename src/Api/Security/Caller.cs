namespace Microtome.Api.Security;

/// <summary>Who asks: the holder of a key, or anybody where there are no keys.</summary>
internal sealed record Caller(ApiKey? Key)
{
    /// <summary>Without keys everybody on this machine may do everything.</summary>
    public static readonly Caller Anybody = new(Key: null);

    public bool HasKey => Key is not null;

    public bool CanManage => Key?.CanManage ?? true;

    /// <summary>Whether the caller may know of everything that is served, as the metrics tell it.</summary>
    public bool SeesAll => Key is null || Key.Datasets.Length == 0;

    public bool CanSee(string dataset) => Key?.CanSee(dataset) ?? true;
}

internal static class CallerExtensions
{
    public static Caller Caller(this HttpContext http) => http.Features.Get<Caller>() ?? Security.Caller.Anybody;
}
