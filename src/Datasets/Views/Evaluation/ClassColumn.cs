using System.Buffers;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Views.Conditions;
using Microtome.Datasets.Views.Errors;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views.Evaluation;

/// <summary>Reads the classes of rows from an array with one element a row.</summary>
internal static class ClassColumn
{
    /// <summary>More than this is no class column.</summary>
    public const int MaxClasses = 65_536;

    /// <exception cref="ViewException">The array is not there, or holds no classes.</exception>
    public static ViewColumn Check(ViewSource source, string name, string text, int position)
    {
        ViewColumn column = ColumnFinder.FindScalar(source, name, text, position);
        return column.Numbers?.Spec.Dtype.Kind != DtypeKind.Complex
            ? column
            : throw new ViewMismatchException($"The array {name} is complex, which has no order.") { Text = text, Position = position };
    }

    /// <summary>The class of each row.</summary>
    public static async ValueTask<RowClasses> ReadAsync(ViewEvaluation evaluation, IndexMap rows, string name, int position)
    {
        ViewColumn column = Check(evaluation.Source, name, evaluation.Text, position);
        evaluation.Reserve(PositionBits.BytesFor(rows.Length), rows.Length, 8);
        ClassCodes codes = new(rows.Length);
        ClassCollector collector = new(column.Numbers?.Spec.Dtype);
        await VisitAsync(evaluation, rows, column, position, collector, (at, code) =>
        {
            if (codes.IsWider(code))
            {
                evaluation.Reserve(codes.BytesFor(code), rows.Length, ClassCodes.RowsPerByte(code));
            }

            codes.Set(at, code);
        });
        (_, long[] counts, ushort[] places) = collector.Sort();
        return RowClasses.Of(codes, places, counts);
    }

    /// <summary>How many rows each class has, in value order.</summary>
    public static async ValueTask<ClassCounts> CountAsync(ViewEvaluation evaluation, IndexMap rows, string name, int position)
    {
        ViewColumn column = Check(evaluation.Source, name, evaluation.Text, position);
        ClassCollector collector = new(column.Numbers?.Spec.Dtype);
        await VisitAsync(evaluation, rows, column, position, collector, null);
        (ClassValue[] values, long[] counts, _) = collector.Sort();
        return new(values, counts);
    }

    private static async ValueTask VisitAsync(
        ViewEvaluation evaluation, IndexMap rows, ViewColumn column, int position, ClassCollector collector, Action<long, int>? visit)
    {
        using ColumnBlock block = new([column]);
        long[] numbers = ArrayPool<long>.Shared.Rent(ColumnBlock.MaxRows);
        int item = (int)(column.Numbers?.Spec.RowBytes ?? 0);
        for (long done = 0; done < rows.Length;)
        {
            evaluation.Cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(ColumnBlock.MaxRows, rows.Length - done);
            rows.CopyTo(done, numbers.AsSpan(0, count));
            await block.ReadAsync(numbers.AsMemory(0, count), evaluation.Cancellation);
            for (int i = 0; i < count; i++)
            {
                int code = item > 0 ? collector.Add(block.Bytes(0).Slice(i * item, item)) : collector.Add(block.Texts(0)[i]);
                visit?.Invoke(done + i, code);
            }

            if (collector.Count > MaxClasses)
            {
                throw new ViewTooLargeException($"The array {column.Name} has more than {MaxClasses} classes.")
                {
                    Text = evaluation.Text,
                    Position = position,
                    Limit = MaxClasses,
                    Unit = "classes",
                };
            }

            done += count;
        }

        ArrayPool<long>.Shared.Return(numbers);
    }
}
