using System.Collections.Concurrent;
using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// Readers that walk an epoch batch by batch, each by its address: who asked for a step will likely ask for the next, so its rows
/// are hinted as a stream's are. What is remembered serves hints alone, never an answer; it is bounded and may be forgotten at any
/// time. Safe for concurrent use.
/// </summary>
public sealed class EpochWalks
{
    private const int MaxWalks = 1024;

    /// <summary>Several workers of one reader ask for neighbouring steps at once: this far apart they still walk together.</summary>
    private const long Stride = 16;

    private readonly ConcurrentDictionary<int, Walk> _walks = new();

    /// <summary>A step is about to be read.</summary>
    /// <param name="key">Says which walk it belongs to; two that share a key by chance cost each other some hints.</param>
    /// <param name="template">The arrays asked for.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="step">The step, which it has.</param>
    public void Pass(int key, GatherTemplate template, Epoch epoch, long step)
    {
        if (!template.IsFar())
        {
            return;
        }

        if (_walks.Count >= MaxWalks)
        {
            _walks.Clear();
        }

        Walk walk = _walks.GetOrAdd(key, static _ => new());
        lock (walk)
        {
            if (Math.Abs(step - walk.Last) > Stride)
            {
                walk.Ahead = new(); // Another place: whether this is a walk, the next step says.
            }
            else if (step > walk.Last)
            {
                walk.Ahead.Pass(template, epoch, step, epoch.Steps);
            }

            walk.Last = Math.Abs(step - walk.Last) > Stride ? step : Math.Max(step, walk.Last);
        }
    }

    private sealed class Walk
    {
        public long Last { get; set; } = -1;

        public EpochAhead Ahead { get; set; } = new();
    }
}
