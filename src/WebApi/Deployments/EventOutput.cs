namespace Libra.Deploy.WebApi.Deployments;

/// <summary>Where the events of one stream go, whole and one after the other, as fast as its reader takes them.</summary>
/// <param name="gone">Fires when the reader has left.</param>
internal sealed class EventOutput(HttpResponse response, CancellationToken gone) : IDisposable
{
    // What is given to the server at once waits there in a copy of its own, one for each reader.
    private const int Portion = 64 << 10;

    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Returns when the reader has taken nearly all of it.</summary>
    /// <param name="unwanted">Gives up before the events are begun; what is begun is finished, or half an event would stand there.</param>
    public async Task WriteAsync(ReadOnlyMemory<byte> events, CancellationToken unwanted)
    {
        await _turn.WaitAsync(unwanted);
        try
        {
            for (; !events.IsEmpty; events = events[Math.Min(Portion, events.Length)..])
                await response.BodyWriter.WriteAsync(events[..Math.Min(Portion, events.Length)], gone);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
