namespace Microtome.Api.Security;

/// <summary>Who asks: the holder of a key, or anybody where there are no keys.</summary>
internal sealed record Caller(ApiKey? Key, bool IsKnown = true)
{
    /// <summary>Without keys everybody on this machine may do everything.</summary>
    public static readonly Caller Anybody = new(Key: null);

    /// <summary>Where there are keys, whoever asks without one for what needs none.</summary>
    public static readonly Caller Stranger = new(Key: null, IsKnown: false);

    public bool HasKey => Key is not null;

    public bool CanManage => Key?.CanManage ?? IsKnown;

    /// <summary>Whether the caller may know of everything that is served, as the metrics tell it.</summary>
    public bool SeesAll => IsKnown && (Key is null || Key.Datasets.Length == 0);

    public bool CanSee(string dataset) => Key?.CanSee(dataset) ?? IsKnown;
}

internal static class CallerExtensions
{
    public static Caller Caller(this HttpContext http) => http.Features.Get<Caller>() ?? Security.Caller.Anybody;
}
