using Microsoft.Net.Http.Headers;
using Microtome.Api.Problems;
using Microtome.Datasets.Encoders;

namespace Microtome.Api.Results;

/// <summary>Which encoder answers: the one that <c>format=</c> names, else the best of <c>Accept</c>, else the endpoint's default.</summary>
internal sealed class FormatNegotiation(IReadOnlyList<IBatchEncoder> encoders)
{
    /// <exception cref="ProblemException">406 where none of <paramref name="allowed"/> is wanted</exception>
    public IBatchEncoder Choose(string? format, string? accept, params ReadOnlySpan<string> allowed) =>
        Find(format, accept, allowed) ?? throw Refuse(format ?? accept, string.Join(", ", allowed.ToArray()));

    /// <summary>The encoder of a stream: null for frames, the default, or npy.</summary>
    /// <exception cref="ProblemException">406 where neither is wanted.</exception>
    public IBatchEncoder? ChooseForStream(string? format, string? accept)
    {
        const string frames = "frames";
        bool wantsFrames = format is null ? accept?.Contains(FrameWriter.MediaType, StringComparison.OrdinalIgnoreCase) == true : format == frames;
        if (wantsFrames || (format is null && Find(null, accept, "safetensors", "npy") is { Name: not "npy" }))
        {
            return null;
        }

        return Find(format, accept, "npy") ?? throw Refuse(format ?? accept, "frames, npy");
    }

    private static ProblemException Refuse(string? wanted, string allowed) =>
        new(ProblemCode.NotAcceptable, $"{wanted} is not a format of this answer; it comes as {allowed}.") { Parameter = "format", Value = wanted };

    private IBatchEncoder? Find(string? format, string? accept, params ReadOnlySpan<string> allowed)
    {
        if (format is not null)
        {
            return allowed.Contains(format) ? Named(format) : null;
        }

        if (string.IsNullOrEmpty(accept) || accept == "*/*" || !MediaTypeHeaderValue.TryParseList([accept], out IList<MediaTypeHeaderValue>? wanted))
        {
            return Named(allowed[0]);
        }

        // A browser's address bar lists what it can show, pictures among it, without wanting one.
        if (wanted.Any(type => type.MediaType == "text/html"))
        {
            return Named(allowed[0]);
        }

        IBatchEncoder? best = null;
        double quality = 0;
        foreach (MediaTypeHeaderValue type in wanted)
        {
            double offered = type.Quality ?? 1;
            if (offered > quality && Matching(type, allowed) is { } encoder)
            {
                (best, quality) = (encoder, offered);
            }
        }

        return best;
    }

    private IBatchEncoder? Matching(MediaTypeHeaderValue type, ReadOnlySpan<string> allowed)
    {
        if (type.MatchesAllTypes)
        {
            return Named(allowed[0]);
        }

        foreach (string name in allowed)
        {
            IBatchEncoder encoder = Named(name);
            ReadOnlySpan<char> media = encoder.MediaType.AsSpan();
            media = media[..(media.IndexOf(';') is >= 0 and var end ? end : media.Length)];
            bool matches = type.MatchesAllSubTypes
                ? media.StartsWith(type.Type.AsSpan(), StringComparison.OrdinalIgnoreCase) && media[type.Type.Length] == '/'
                : media.Equals(type.MediaType.AsSpan(), StringComparison.OrdinalIgnoreCase);
            if (matches)
            {
                return encoder;
            }
        }

        return null;
    }

    private IBatchEncoder Named(string name)
    {
        foreach (IBatchEncoder encoder in encoders)
        {
            if (encoder.Name == name)
            {
                return encoder;
            }
        }

        throw new InvalidOperationException($"The encoder {name} is not registered in Services.cs.");
    }
}
