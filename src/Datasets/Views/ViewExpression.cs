using Microtome.Datasets.Views.Errors;
using Microtome.Datasets.Views.Operations;
using Microtome.Datasets.Views.Parsing;

namespace Microtome.Datasets.Views;

/// <summary>
/// A view as text says it: the name or id that it begins with, if any, and the operations on that. Parsed, immutable, not yet held
/// against a dataset. <c>ToString</c> is the canonical text, the same for everything that is written differently only; it parses
/// to the same view.
/// </summary>
public sealed class ViewExpression
{
    /// <summary>Operations in one chain, those of the views that it is built on included.</summary>
    public const int MaxOperations = 16;

    /// <summary>Parentheses and <c>not</c> within each other.</summary>
    public const int MaxLevels = 64;

    private readonly string _canonical;
    private ViewExpression? _prefix;

    internal ViewExpression(string text, string? name, IReadOnlyList<ViewOperation> operations)
    {
        Text = text;
        Name = name;
        Operations = operations;
        string chain = string.Join('|', operations);
        _canonical = name is null ? (chain.Length == 0 ? ViewName.All : chain) : chain.Length == 0 ? name : $"{name}|{chain}";
    }

    /// <summary>The text as it was parsed: the positions of errors are places in it.</summary>
    public string Text { get; }

    /// <summary>The view that the operations are on; null for all rows.</summary>
    public string? Name { get; }

    /// <summary>Whether this is a name or id and nothing more.</summary>
    public bool IsName => Name is not null && Operations.Count == 0;

    internal IReadOnlyList<ViewOperation> Operations { get; }

    /// <summary>This view without its last operation: what that one goes over.</summary>
    internal ViewExpression Prefix => _prefix ??= new(Text, Name, [.. Operations.SkipLast(1)]);

    /// <exception cref="ViewSyntaxException">The text is no view; the exception says where and why.</exception>
    public static ViewExpression Parse(string text)
    {
        ViewExpression view = new ViewParser(text).Parse();
        string canonical = view.ToString();
        if (canonical != text)
        {
            new ViewParser(canonical).Parse(); // What is stored and sent back is this text: it has a parenthesis more at times, and the limits hold for it too.
        }

        return view;
    }

    /// <summary>The text of these operations on another view's.</summary>
    public string On(ViewExpression view) => Join(view.Operations.Count == 0 ? ViewName.All : view.ToString());

    /// <summary>The text of these operations on the list of rows of this id.</summary>
    public string OnRows(string id) => Join(id);

    /// <summary>Holds the arrays that the operations name against a dataset, without reading any.</summary>
    /// <exception cref="ViewException">One is not there, or cannot be used so.</exception>
    public void Check(ViewSource source)
    {
        foreach (ViewOperation operation in Operations)
        {
            operation.Check(source, Text);
        }
    }

    public override string ToString() => _canonical;

    private string Join(string first) => Operations.Count == 0 ? first : $"{first}|{string.Join('|', Operations)}";
}
