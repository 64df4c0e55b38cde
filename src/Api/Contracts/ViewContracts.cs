using System.Text.Json.Serialization;

namespace Microtome.Api.Contracts;

/// <summary>The views of a dataset that have names.</summary>
internal sealed record ViewList(IReadOnlyList<ViewSummary> Views);

/// <summary>A view at a glance; its detail works it out.</summary>
/// <param name="Id">What it is, by content: <c>v-</c> and 16 hex digits.</param>
/// <param name="Name">What <c>view=</c> may say.</param>
/// <param name="Expression">Operations alone; null for a list of rows.</param>
/// <param name="Version">The version that a list of rows belongs to; null for an expression, which holds for any.</param>
/// <param name="Stored">Whether it was posted, and may be deleted.</param>
/// <param name="Href">Where its detail is.</param>
internal sealed record ViewSummary(string Id, string Name, string? Expression, string? Version, bool Stored, string Href);

/// <summary>A view, worked out.</summary>
/// <param name="Id">What it is, by content: <c>v-</c> and 16 hex digits.</param>
/// <param name="Name">Its name; null where it has none.</param>
/// <param name="Expression">Operations alone, or on a list of rows that is named by its id; null for such a list itself.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Classes">How many of them each class has, in value order; null where the dataset has no labels.</param>
/// <param name="By">The array that the classes are read from.</param>
/// <param name="Version">The version of the dataset that this holds for.</param>
internal sealed record ViewDetail(string Id, string? Name, string? Expression, long Rows, IReadOnlyList<ClassRows>? Classes, string? By, string Version);

/// <summary>How many rows a class has.</summary>
/// <param name="Value">The class: a number, true or false, or a text; NaN and infinities as texts.</param>
/// <param name="Rows">Its rows.</param>
internal sealed record ClassRows(object Value, long Rows);

/// <summary>A view to store: a name, and either an expression or row numbers.</summary>
/// <param name="Name">`[A-Za-z0-9][A-Za-z0-9._-]*`, not `all`.</param>
/// <param name="Expression">Operations, as in `where(y == 1)|split(parts=0.8:0.2,take=0)`.</param>
/// <param name="Rows">Row numbers; negative ones count from the end.</param>
internal sealed record ViewContract(
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Expression,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<long>? Rows);
