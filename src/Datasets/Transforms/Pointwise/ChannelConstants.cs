using System.Numerics;
using System.Runtime.InteropServices;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>
/// One constant a channel, laid out so that a vector of them can be loaded at any channel: the sequence goes on past its end for
/// <c>Lead</c> elements, as it begins.
/// </summary>
internal sealed class ChannelConstants<T>
    where T : unmanaged, INumber<T>
{
    /// <summary>Elements that may be read from any channel on: two of the widest vectors.</summary>
    private static readonly int Lead = 2 * Vector<T>.Count;

    private readonly T[] _values;

    public ChannelConstants(double[] constants)
    {
        Channels = constants.Length;
        _values = new T[Channels + Lead];
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i] = T.CreateTruncating(constants[i % Channels]);
        }
    }

    public int Channels { get; }

    public T this[int channel] => _values[channel];

    /// <summary>The constants of the channels from <paramref name="channel"/> on, over and over.</summary>
    public Vector<T> Load(int channel, int ahead = 0) => Vector.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_values), (nuint)(channel + ahead));

    /// <summary>The channel some elements on: <paramref name="step"/> is their number modulo the channels.</summary>
    public int Next(int channel, int step)
    {
        channel += step;
        return channel >= Channels ? channel - Channels : channel;
    }
}
