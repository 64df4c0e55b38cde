using Microtome.Benchmarks.Load;

namespace Microtome.Benchmarks.Contenders;

/// <summary>Somebody who can deliver batches of rows.</summary>
internal abstract class Contender(string name) : IDisposable
{
    public string Name { get; } = name;

    /// <summary>Why it cannot be measured here; null where it can.</summary>
    public abstract string? Missing { get; }

    /// <summary>Does some of the work beforehand, once: compilers and caches take a while.</summary>
    public virtual void WarmUp(Workload workload)
    {
        // Most have nothing to warm up.
    }

    public abstract Sample Measure(Workload workload, TimeSpan span);

    public virtual void Dispose()
    {
        // Most hold nothing.
    }
}
