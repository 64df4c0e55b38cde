using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// Whether the rows of an open file were in memory when they were last looked for. While they are, a look at a few rows of a batch
/// is all that is spent; after some were missing, every row is looked at until many batches in a row were whole. Kept as long as
/// the file is open; safe for concurrent use, its counts need not be exact.
/// </summary>
internal sealed class FileWarmth
{
    /// <summary>Whole batches after which a file counts as warm again.</summary>
    private const int StaysCold = 32;

    private static readonly ConditionalWeakTable<SafeFileHandle, FileWarmth> Files = [];

    private volatile int _cold;
    private volatile bool _isBlind;

    public bool IsCold => _cold > 0;

    public static FileWarmth Of(SafeFileHandle file) => Files.GetValue(file, static _ => new());

    /// <summary>Takes down whether a batch was in memory, or one to come.</summary>
    public void Note(bool isWhole)
    {
        if (!isWhole)
        {
            _cold = StaysCold;
        }
        else if (_cold > 0)
        {
            _cold--;
        }
    }

    /// <summary>Whether a run is in memory, as far as the system tells.</summary>
    public bool Holds(FileRun run) => _isBlind ? PageCache.HoldsByte(run.File, run.Offset) : PageCache.Holds(run.Address, run.Length);

    /// <summary>
    /// The same with a second opinion: of files that the server may not write the system claims that all is there, and only a read
    /// that does not wait tells the truth (at the price of a read of its own where nothing is there).
    /// </summary>
    public bool HoldsSurely(FileRun run)
    {
        if (!Holds(run))
        {
            return false;
        }

        if (_isBlind || PageCache.HoldsByte(run.File, run.Offset))
        {
            return true;
        }

        _isBlind = true;
        return false;
    }
}
