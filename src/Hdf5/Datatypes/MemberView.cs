namespace Microtome.Hdf5.Datatypes;

/// <summary>
/// A part of a stored element that is an array of its own: a compound's member, perhaps of a nested compound, perhaps inside an
/// array datatype (whose axes and byte strides it then has).
/// </summary>
internal sealed record MemberView(string Name, Datatype Type, int Offset, long[] Dims, long[] Strides)
{
    private const int MaxViews = 4096;

    /// <summary>The members that are no compounds, in file order, nested ones as <c>outer.inner</c>. None where the type is no compound.</summary>
    /// <returns>False where there are more than <paramref name="max"/>, and then none.</returns>
    public static bool TryList(MemberView whole, long max, out List<MemberView> found)
    {
        found = [];
        Stack<MemberView> pending = new();
        pending.Push(whole);
        while (pending.TryPop(out MemberView? view) && found.Count < MaxViews)
        {
            if (view.Unfold() is { } compound)
                compound.PushMembers(pending);
            else if (!ReferenceEquals(view, whole))
                found.Add(view);

            if (found.Count > max)
            {
                found.Clear();
                return false;
            }
        }

        return true;
    }

    /// <summary>This view with array datatypes around a compound turned into axes; null where there is no compound to go into.</summary>
    private MemberView? Unfold()
    {
        Datatype type = Type;
        List<long> dims = [.. Dims];
        List<long> strides = [.. Strides];
        while (type is ArrayType array)
        {
            long stride = array.Size;
            foreach (long length in array.Dims)
            {
                stride /= length;
                dims.Add(length);
                strides.Add(stride);
            }

            type = array.Base;
        }

        return type is CompoundType && ServedElement.ComplexParts(type) is null ? new(Name, type, Offset, [.. dims], [.. strides]) : null;
    }

    private void PushMembers(Stack<MemberView> pending)
    {
        IReadOnlyList<CompoundMember> members = ((CompoundType)Type).Members;
        for (int i = members.Count - 1; i >= 0; i--)
        {
            string name = Name.Length == 0 ? members[i].Name : $"{Name}.{members[i].Name}";
            pending.Push(new(name, members[i].Type, Offset + members[i].Offset, Dims, Strides));
        }
    }
}
