using Microtome.Api.Problems;
using Microtome.Datasets.Encoders;

namespace Microtome.Api.Results;

/// <summary>Which encoder answers: the one that <c>format=</c> names, else the best of <c>Accept</c>, else the endpoint's default.</summary>
internal sealed class FormatNegotiation(IReadOnlyList<IBatchEncoder> encoders)
{
    private const string StreamFormats = "frames, npy";

    /// <exception cref="ProblemException">406 where none of <paramref name="allowed"/> is wanted</exception>
    public IBatchEncoder Choose(string? format, string? accept, params ReadOnlySpan<string> allowed) =>
        Find(format, accept, allowed) ?? throw Refuse(format ?? accept, string.Join(", ", allowed.ToArray()));

    /// <summary>The encoder of a stream: null for frames, the default, or npy.</summary>
    /// <exception cref="ProblemException">406 where neither is wanted.</exception>
    public IBatchEncoder? ChooseForStream(string? format, string? accept)
    {
        const string frames = "frames";
        if (format is not null)
        {
            return format == frames ? null : Find(format, null, "npy") ?? throw Refuse(format, StreamFormats);
        }

        if (AcceptList.Parse(accept) is not { } wanted)
        {
            return null;
        }

        var framed = wanted.Rank(FrameWriter.MediaType);
        var plain = wanted.Rank(Named("npy").MediaType);
        return (framed, plain) switch
        {
            (null, null) => throw Refuse(accept, StreamFormats),
            (null, _) => Named("npy"),
            (_, null) => null,
            _ => framed.Value.CompareTo(plain.Value) >= 0 ? null : Named("npy"),
        };
    }

    private static ProblemException Refuse(string? wanted, string allowed) =>
        new(ProblemCode.NotAcceptable, $"{wanted} is not a format of this answer; it comes as {allowed}.") { Parameter = "format", Value = wanted };

    private IBatchEncoder? Find(string? format, string? accept, params ReadOnlySpan<string> allowed)
    {
        if (format is not null)
        {
            return allowed.Contains(format) ? Named(format) : null;
        }

        if (AcceptList.Parse(accept) is not { } wanted)
        {
            return Named(allowed[0]);
        }

        IBatchEncoder? best = null;
        (double, int, int) most = default;
        foreach (string name in allowed)
        {
            IBatchEncoder encoder = Named(name);
            if (wanted.Rank(encoder.MediaType) is { } rank && (best is null || rank.CompareTo(most) > 0))
            {
                (best, most) = (encoder, rank);
            }
        }

        return best;
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
