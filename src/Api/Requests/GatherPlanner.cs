using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Selections;
using Microtome.Datasets.Transforms;

namespace Microtome.Api.Requests;

/// <summary>Holds what a gather asks for against a dataset: names become sources, texts become boxes and transforms.</summary>
internal static class GatherPlanner
{
    /// <summary>Where a gather may not ask for more arrays than this, its header is bounded.</summary>
    public const int MaxArrays = 256;

    /// <param name="dataset">The dataset.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="limits">What a request may hold.</param>
    /// <param name="addsValid">Whether <c>@valid</c> is part of the answer, asked for or not.</param>
    /// <param name="holdsTexts">Whether the answer can say texts.</param>
    /// <exception cref="ProblemException">404 for an unknown array; 400 or 422 for what cannot be asked of one.</exception>
    public static GatherTemplate Plan(Dataset dataset, GatherRequest request, ServerLimits limits, bool addsValid, bool holdsTexts = false)
    {
        List<GatherColumn> columns = [];
        if (request.Arrays is { } names)
        {
            if (names.Count > MaxArrays)
            {
                throw ProblemException.TooLarge($"{names.Count} arrays are asked for", MaxArrays, "arrays");
            }

            foreach (string name in names)
            {
                if (columns.Exists(column => column.Name == name))
                {
                    throw ProblemException.Bad("arrays", name, $"The array {name} is asked for twice.");
                }

                columns.Add(PlanColumn(dataset, name, request, limits, holdsTexts));
            }
        }
        else
        {
            // A stored array of a pseudo-array's name is had by itself: here the name means what it always means.
            foreach (DatasetArray array in dataset.Aligned.Where(array => !ComputedArray.IsName(array.Name)))
            {
                columns.Add(PlanStored(array.Name, array, request, limits));
            }
        }

        RequireAllUsed(columns, "select", request.Select);
        RequireAllUsed(columns, "transform", request.Transform);
        if (addsValid && !columns.Exists(column => column.Name == ComputedArray.ValidName))
        {
            columns.Add(new(ComputedArray.ValidName));
        }

        return new(columns);
    }

    /// <summary>Finds an array that can be decoded.</summary>
    /// <exception cref="ProblemException">404 where there is none, 422 where it is not servable, or holds texts and the answer cannot.</exception>
    public static DatasetArray Find(Dataset dataset, string name, bool holdsTexts = false)
    {
        if (!dataset.TryGetArray(name, out DatasetArray array))
        {
            throw new ProblemException(ProblemCode.ArrayNotFound, $"The dataset {dataset.Name} has no array {name}; GET /v1/datasets/{dataset.Name} lists them.") { Value = name };
        }

        return array switch
        {
            { Source: not null } => array,
            { Texts: null } => throw new ProblemException(ProblemCode.NotServable, $"The array {array.Name} cannot be served: {array.Reason}.") { Value = array.Name },
            _ when holdsTexts => array,
            _ => throw new ProblemException(ProblemCode.NotServable, $"The array {array.Name} holds texts ({array.Dtype}): slices, rows and batches show them with format=json, and views look at them.") { Value = array.Name },
        };
    }

    /// <exception cref="ProblemException">400 or 413 where the text is no selection.</exception>
    public static Selection ParseSelection(string? text, ServerLimits limits)
    {
        if (text?.Length > limits.MaxExpressionLength)
        {
            throw ProblemException.TooLarge($"The selection has {text.Length} characters", limits.MaxExpressionLength, "characters");
        }

        try
        {
            return Selection.Parse(text);
        }
        catch (SelectionSyntaxException error)
        {
            throw new ProblemException(ProblemCode.BadSelect, $"'{text}' is no selection: {error.Message}.") { Parameter = "select", Value = text, Position = error.Position };
        }
    }

    public static ProblemException OutOfRange(SelectionRangeException error, string? text) =>
        new(ProblemCode.OutOfRange, error.Message) { Parameter = "select", Value = text };

    private static GatherColumn PlanColumn(Dataset dataset, string name, GatherRequest request, ServerLimits limits, bool holdsTexts)
    {
        if (ComputedArray.IsName(name))
        {
            return new(name);
        }

        DatasetArray array = Find(dataset, name, holdsTexts);
        if (!array.IsAligned)
        {
            throw new ProblemException(
                ProblemCode.DoesNotApply, $"The array {name} has other rows than the dataset ({array.Shape.Rows} against {dataset.Rows}); read it by itself under …/arrays/{name}.")
            {
                Value = name,
            };
        }

        return PlanStored(name, array, request, limits);
    }

    private static GatherColumn PlanStored(string name, DatasetArray array, GatherRequest request, ServerLimits limits)
    {
        Selection selection = ParseSelection(request.Select.GetValueOrDefault(name), limits);
        try
        {
            if (array.Texts is { } texts)
            {
                RequireNoTransform(array, request.Transform.GetValueOrDefault(name));
                (Region box, Shape shown) = selection.ResolveWithinRow(texts.Shape);
                return new(name) { Texts = new(texts, box, shown), Canonical = $"{selection}" };
            }

            IArraySource source = array.Source!;
            (Region inner, Shape row) = selection.ResolveWithinRow(source.Spec.Shape);
            BoundTransform? transform = TransformPlanner.Plan(request.Transform.GetValueOrDefault(name), source.Spec.Dtype, row, limits, out string canonical);
            return new(name, source, new(source.Spec, inner, row), transform) { Canonical = $"{selection}\t{canonical}" };
        }
        catch (SelectionRangeException error)
        {
            throw OutOfRange(error, request.Select.GetValueOrDefault(name));
        }
    }

    /// <exception cref="ProblemException">422: texts are shown as they are.</exception>
    public static void RequireNoTransform(DatasetArray array, string? transform)
    {
        if (transform is not null)
        {
            throw new ProblemException(ProblemCode.DoesNotApply, $"The array {array.Name} holds texts, which are not transformed.") { Parameter = "transform", Value = transform };
        }
    }

    private static void RequireAllUsed(List<GatherColumn> columns, string parameter, IReadOnlyDictionary<string, string> byArray)
    {
        foreach (string name in byArray.Keys)
        {
            if (!columns.Exists(column => column.Name == name && (column.Source ?? (object?)column.Texts) is not null))
            {
                throw ProblemException.Bad(parameter, name, $"{parameter}= names the array {name}, which is not among those asked for.");
            }
        }
    }
}
