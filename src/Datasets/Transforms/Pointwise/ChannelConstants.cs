using System.Numerics;
using System.Runtime.InteropServices;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>
/// One constant a channel, laid out for vectors: the sequence of all channels, over and over, so long that from any channel on as
/// many vectors can be loaded as it takes until a vector begins with that channel again.
/// </summary>
internal sealed class ChannelConstants<T>
    where T : unmanaged, INumber<T>
{
    private readonly T[] _values;

    public ChannelConstants(double[] constants)
    {
        Channels = constants.Length;
        _values = new T[Channels * (Vector<T>.Count + 1)];
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i] = T.CreateTruncating(constants[i % Channels]);
        }
    }

    public int Channels { get; }

    /// <summary>The constant of the element <paramref name="ahead"/> behind one of <paramref name="channel"/>.</summary>
    public T At(int channel, int ahead) => _values[(channel + ahead) % Channels];

    /// <summary>The constants of vector <paramref name="index"/> (below <see cref="Channels"/>), where vector 0 begins with <paramref name="channel"/>.</summary>
    public Vector<T> Load(int channel, int index) =>
        Vector.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_values), (nuint)(channel + (index * Vector<T>.Count)));
}
