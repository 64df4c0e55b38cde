using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Transforms;

namespace Microtome.Api.Requests;

/// <summary>Holds a transform's text against the rows that it will change.</summary>
internal static class TransformPlanner
{
    /// <summary>The transform, or null where there is no text.</summary>
    /// <param name="text">As in <c>cast(f4)|div(255)</c>.</param>
    /// <param name="dtype">The stored elements.</param>
    /// <param name="row">The shape of a row as read.</param>
    /// <param name="limits">What a text and a row may hold.</param>
    /// <param name="canonical">The same text for everything that means the same.</param>
    /// <exception cref="ProblemException">400 where the text is no transform, 422 where it does not apply, 413 where a row grows too large.</exception>
    public static BoundTransform? Plan(string? text, Dtype dtype, Shape row, ServerLimits limits, out string canonical)
    {
        canonical = "";
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (text.Length > limits.MaxExpressionLength)
        {
            throw ProblemException.TooLarge($"The transform has {text.Length} characters", limits.MaxExpressionLength, "characters");
        }

        try
        {
            Transform transform = Transform.Parse(text);
            BoundTransform bound = transform.Bind(dtype, row);
            canonical = transform.ToString();
            return bound.LargestRowBytes <= TransformedArray.MaxRowBytes
                ? bound
                : throw ProblemException.TooLarge($"A row takes {bound.LargestRowBytes} bytes on its way through {text}", TransformedArray.MaxRowBytes, "bytes");
        }
        catch (TransformSyntaxException error)
        {
            throw new ProblemException(ProblemCode.BadTransform, error.Message) { Parameter = "transform", Value = text, Position = error.Position, Nearest = error.Suggestion };
        }
        catch (TransformMismatchException error)
        {
            throw new ProblemException(ProblemCode.DoesNotApply, error.Message) { Parameter = "transform", Value = text, Position = error.Position, Nearest = error.Suggestion };
        }
    }
}
