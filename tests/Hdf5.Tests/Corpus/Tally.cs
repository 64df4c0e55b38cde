using System.Globalization;
using System.Text;

namespace Microtome.Hdf5.Tests.Corpus;

/// <summary>How many items were equal, refused (by reason), wrong or the end of a reader.</summary>
internal sealed class Tally(string name)
{
    private readonly SortedDictionary<string, int> _refused = [];
    private int _wrong;
    private int _crashed;

    public int Equal { get; private set; }

    public int Listed { get; set; }

    public List<string> Failures { get; } = [];

    public void Equals(bool isEqual, string item)
    {
        if (isEqual)
        {
            Equal++;
            return;
        }

        _wrong++;
        Failures.Add($"{item} is wrong");
    }

    public void Refused(string reason) => _refused[reason] = _refused.GetValueOrDefault(reason) + 1;

    /// <summary>A typed error while reading counts as a refusal; any other as a crash.</summary>
    public async Task CheckAsync(string item, Func<Task> check)
    {
        try
        {
            await check();
        }
        catch (Hdf5FormatException exception)
        {
            Refused($"{item}: {exception.Message}");
        }
        catch (Exception exception)
        {
            _crashed++;
            Failures.Add($"{item} crashed: {exception}");
        }
    }

    public override string ToString()
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{name}: {Equal} equal, {_refused.Values.Sum()} refused, {_wrong} wrong, {_crashed} crashed; {Listed} with listed filters");
        foreach ((string reason, int count) in _refused)
            text.AppendLine(CultureInfo.InvariantCulture, $"    {count,5} refused: {reason}");

        foreach (string failure in Failures)
            text.AppendLine(CultureInfo.InvariantCulture, $"    {failure}");

        return text.ToString();
    }
}
