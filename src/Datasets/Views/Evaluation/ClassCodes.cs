namespace Microtome.Datasets.Views.Evaluation;

/// <summary>
/// A small number for each row, in as few bits as the largest so far needs: 1, 2, 4, 8 or 16. Written from the first row to the
/// last, then only read.
/// </summary>
internal sealed class ClassCodes(long rows)
{
    private const int LogOfWordBits = 6;
    private const int LogOfMaxBits = 4;

    private int _logOfBits;
    private ulong[] _words = new ulong[WordsFor(rows, 0)];

    public int this[long row]
    {
        get
        {
            ulong word = _words[row >> (LogOfWordBits - _logOfBits)];
            return (int)(word >> ShiftOf(row)) & MaskOf(_logOfBits);
        }
    }

    /// <summary>Bytes that a table of codes up to this one takes.</summary>
    public long BytesFor(int code) => WordsFor(rows, LogFor(code)) * sizeof(ulong);

    /// <summary>Rows of such a table that a byte holds; 1 where a row takes two.</summary>
    public static int RowsPerByte(int code) => Math.Max(1, 8 >> LogFor(code));

    /// <summary>Whether this code needs more bits than those before: <see cref="Set"/> will make a larger table.</summary>
    public bool IsWider(int code) => LogFor(code) > _logOfBits;

    /// <summary>Writes the next row's code, below 65,536; of larger ones the lower bits.</summary>
    public void Set(long row, int code)
    {
        if (IsWider(code))
        {
            Widen(LogFor(code), row);
        }

        _words[row >> (LogOfWordBits - _logOfBits)] |= (ulong)(code & MaskOf(_logOfBits)) << ShiftOf(row);
    }

    private static long WordsFor(long rows, int logOfBits) => ((rows << logOfBits) + 63) >> LogOfWordBits;

    private static int LogFor(int code)
    {
        int log = 0;
        while (log < LogOfMaxBits && code > MaskOf(log))
        {
            log++;
        }

        return log;
    }

    private static int MaskOf(int logOfBits) => (1 << (1 << logOfBits)) - 1;

    private int ShiftOf(long row) => (int)(row << _logOfBits) & 63;

    private void Widen(int logOfBits, long written)
    {
        ClassCodes narrow = new(0) { _words = _words, _logOfBits = _logOfBits };
        (_words, _logOfBits) = (new ulong[WordsFor(rows, logOfBits)], logOfBits);
        for (long row = 0; row < written; row++)
        {
            Set(row, narrow[row]);
        }
    }
}
