using Microtome.Datasets.Transforms.Parsing;
using Microtome.Datasets.Wording;

namespace Microtome.Datasets.Transforms.Operations;

/// <summary>Every operation there is: its name, how it is written, and how its call is read.</summary>
internal static class OperationTable
{
    private static readonly (string Name, string Usage, Func<Call, Operation> Read)[] Entries =
    [
        ("cast", CastOperation.Usage, CastOperation.Read),
        ("div", DivideOperation.Usage, DivideOperation.Read),
        ("scale", ScaleOperation.Usage, ScaleOperation.Read),
        ("normalize", NormalizeOperation.Usage, NormalizeOperation.Read),
        ("resize", ResizeOperation.Usage, ResizeOperation.Read),
        ("layout", LayoutOperation.Usage, LayoutOperation.Read),
    ];

    private static readonly string[] Names = Array.ConvertAll(Entries, entry => entry.Name);

    /// <exception cref="TransformSyntaxException">No operation has this name.</exception>
    public static void Require(string name, int position)
    {
        if (!Names.Contains(name))
        {
            throw new TransformSyntaxException($"There is no operation '{Number.Shown(name)}'.", position, Spelling.Suggest(name, Names));
        }
    }

    public static string Usage(string name) => Array.Find(Entries, entry => entry.Name == name).Usage;

    public static Operation Read(Call call) => Array.Find(Entries, entry => entry.Name == call.Name).Read(call);
}
