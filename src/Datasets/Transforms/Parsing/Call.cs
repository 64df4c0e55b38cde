namespace Microtome.Datasets.Transforms.Parsing;

/// <summary>One operation as written: <c>name(a,b;c)</c>. Groups are parted by <c>;</c> and their arguments by <c>,</c>.
/// <c>End</c> is where the closing parenthesis stands.</summary>
internal sealed record Call(string Name, int Position, int End, IReadOnlyList<IReadOnlyList<Argument>> Groups)
{
    /// <summary>The arguments of a call that has one group of exactly <paramref name="count"/>; <paramref name="usage"/> goes into the error.</summary>
    public IReadOnlyList<Argument> Arguments(int count, string usage)
    {
        if (Groups.Count > 1)
        {
            Argument stray = Groups[1][0];
            throw new TransformSyntaxException($"{Name} takes no ';'.", stray.Position, "write " + usage);
        }

        IReadOnlyList<Argument> arguments = Groups[0];
        int given = arguments is [{ Text: "" }] ? 0 : arguments.Count;
        if (given != count)
        {
            int position = given > count ? arguments[count].Position : End;
            throw new TransformSyntaxException($"{Name} takes {count} argument{(count == 1 ? "" : "s")}, not {given}.", position, "write " + usage);
        }

        return arguments;
    }
}
