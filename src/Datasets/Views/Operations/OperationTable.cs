using Microtome.Datasets.Views.Parsing;
using Microtome.Datasets.Wording;

namespace Microtome.Datasets.Views.Operations;

/// <summary>Every operation there is: its name, how it is written, and how it is read from behind its opening parenthesis.</summary>
internal static class OperationTable
{
    private static readonly (string Name, string Usage, Func<Cursor, ViewOperation> Read)[] Entries =
    [
        ("slice", SliceOperation.Usage, SliceOperation.Read),
        ("split", SplitOperation.Usage, SplitOperation.Read),
        ("kfold", FoldOperation.Usage, FoldOperation.Read),
        ("where", WhereOperation.Usage, WhereOperation.Read),
        ("sample", SampleOperation.Usage, SampleOperation.Read),
        ("unique", UniqueOperation.Usage, UniqueOperation.Read),
    ];

    private static readonly string[] Names = Array.ConvertAll(Entries, entry => entry.Name);

    /// <summary>Reads the operation of this name; the cursor is behind the name.</summary>
    /// <exception cref="Errors.ViewSyntaxException">There is none, or it is not written so.</exception>
    public static ViewOperation Read(string name, int position, Cursor cursor)
    {
        int at = Array.IndexOf(Names, name);
        if (at < 0)
        {
            throw cursor.Wrong($"There is no operation '{ArgumentReader.Shown(name)}'.", position, Spelling.Suggest(name, Names));
        }

        cursor.Expect('(', "write " + Entries[at].Usage);
        return Entries[at].Read(cursor);
    }
}
