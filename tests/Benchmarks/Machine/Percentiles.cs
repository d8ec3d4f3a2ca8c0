namespace Libra.Deploy.Benchmarks.Machine;

internal static class Percentiles
{
    /// <param name="share">Between 0 and 1; 0.5 is the median.</param>
    public static double Of(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0
            ? double.NaN
            : sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1 is var i && i > 0 ? i : 0)];
    }

    public static double Median(IEnumerable<double> values) => Of(values, 0.5);
}
