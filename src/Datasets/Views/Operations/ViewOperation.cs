using Microtome.Datasets.Views.Evaluation;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views.Operations;

/// <summary>One step of a view: which of the rows that reach it are kept, their order unchanged. Immutable. <c>ToString</c> is canonical.</summary>
internal abstract class ViewOperation
{
    /// <summary>Holds the arrays that it names against a dataset, without reading any.</summary>
    /// <exception cref="Errors.ViewException">One is not there, or cannot be used so.</exception>
    public virtual void Check(ViewSource source, string text)
    {
    }

    /// <exception cref="Errors.ViewException">The operation does not fit the rows that reach it.</exception>
    public abstract ValueTask<ViewRows> ApplyAsync(ViewRows rows, ViewEvaluation evaluation);
}

/// <summary>An operation that is arithmetic on positions alone: it reads nothing, and what it gives need not be kept.</summary>
internal abstract class ArithmeticOperation : ViewOperation
{
    public abstract ViewRows Apply(ViewRows rows);

    public sealed override ValueTask<ViewRows> ApplyAsync(ViewRows rows, ViewEvaluation evaluation) => new(Apply(rows));
}
