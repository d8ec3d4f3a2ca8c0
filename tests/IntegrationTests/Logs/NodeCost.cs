using System.Diagnostics;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>What this process, the node that answers and the readers together, has used so far.</summary>
internal sealed record NodeCost(long Time, TimeSpan Processor, long Allocated, long PeakMemory)
{
    public static NodeCost Now()
    {
        using var process = Process.GetCurrentProcess();
        return new NodeCost(Stopwatch.GetTimestamp(), process.TotalProcessorTime, GC.GetTotalAllocatedBytes(), process.PeakWorkingSet64);
    }

    /// <summary>What was used from here to then, in words.</summary>
    public string Until(NodeCost later) =>
        $"{Stopwatch.GetElapsedTime(Time, later.Time).TotalSeconds:n0} s, of the processor {(later.Processor - Processor).TotalSeconds:n1} s, "
        + $"{(later.Allocated - Allocated) >> 20:n0} MiB allocated, at most {later.PeakMemory >> 20:n0} MiB in memory";
}
