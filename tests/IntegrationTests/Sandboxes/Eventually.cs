namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>Waits for a condition, not for a time.</summary>
internal static class Eventually
{
    public static async Task Async(Func<bool> condition, TimeSpan? within = null)
    {
        using var patience = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(20));
        while (!condition()) await Task.Delay(20, patience.Token);
    }
}
