using System.Globalization;
using System.Net.Mime;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Libra.Deploy.Cli.Api;

/// <summary>One server-sent event.</summary>
/// <param name="Name"><c>log</c>, <c>status</c> or <c>end</c>.</param>
internal sealed record StreamEvent(string Name, JsonNode Data);

/// <summary>A deployment's events, over however many connections it takes.</summary>
/// <param name="note">Is told once, each time that the connection is lost.</param>
internal sealed class EventStream(LibraApi api, Action<string> note)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // The service sends a comment every 15 seconds, so a connection this quiet is dead.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(50);

    // How long a service may be away, for instance while its nodes are replaced.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private long _lastLine;
    private long? _lostSince;

    /// <summary>Ends with the event <c>end</c>; goes on behind the last line after a connection is lost.</summary>
    /// <exception cref="ServiceAwayException">Nothing came for a long time, or nobody has ever answered.</exception>
    public async IAsyncEnumerable<StreamEvent> ReadAsync(string deployment, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (true)
        {
            await using var connection = new EventConnection(api, deployment, _lastLine, Silence);
            while (await NextAsync(connection, cancellationToken) is { } happened)
            {
                pause = FirstPause;
                yield return happened;
                if (happened.Name == "end") yield break;
            }

            await Task.Delay(pause, api.Clock, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Null when the connection is lost and another one may do.</summary>
    private async Task<StreamEvent?> NextAsync(EventConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var item = await connection.NextAsync(cancellationToken);
            _lostSince = null;
            var data = JsonNode.Parse(item.Data)!;
            if (item.EventType == "log") _lastLine = (long)data["seq"]!;
            return new StreamEvent(item.EventType, data);
        }
        catch (Exception lost) when (IsPassing(lost) && !cancellationToken.IsCancellationRequested)
        {
            if (_lostSince is null) note("No connection to the service; trying again for two minutes.");
            _lostSince ??= api.Clock.GetTimestamp();
            return api.Clock.GetElapsedTime(_lostSince.Value) < Patience ? null : throw new ServiceAwayException(api.Address, lost);
        }
    }

    // Where nobody has ever answered, nobody is away: the address is wrong, or the service does not run.
    private bool IsPassing(Exception lost) => api.HasAnswered && lost
        is ServiceAwayException or HttpRequestException or IOException or OperationCanceledException
        or ApiRefusedException { MayPass: true };
}

/// <summary>One connection to the events of a deployment, opened when the first is asked for.</summary>
internal sealed class EventConnection(LibraApi api, string deployment, long after, TimeSpan silence) : IAsyncDisposable
{
    private HttpResponseMessage? _answer;
    private IAsyncEnumerator<SseItem<string>>? _events;

    /// <exception cref="IOException">The stream has ended, which it does by itself only behind the event <c>end</c>.</exception>
    /// <exception cref="ServiceAwayException">Nobody answers, or not within the longest silence.</exception>
    /// <exception cref="ApiRefusedException">The service refused, or something else answers in its place.</exception>
    public async Task<SseItem<string>> NextAsync(CancellationToken cancellationToken)
    {
        _events ??= await OpenAsync(cancellationToken);
        return await _events.MoveNextAsync() ? _events.Current : throw new IOException("The stream ended before the deployment did.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_events is not null) await _events.DisposeAsync();
        _answer?.Dispose();
    }

    private async Task<IAsyncEnumerator<SseItem<string>>> OpenAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"deploy/{Uri.EscapeDataString(deployment)}/logs/stream");
        if (after > 0) request.Headers.Add("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture));
        _answer = await AnswerAsync(request, cancellationToken);
        if (_answer.Content.Headers.ContentType?.MediaType != MediaTypeNames.Text.EventStream)
            throw new ApiRefusedException(_answer.StatusCode, body: null);

        var body = new WatchedStream(await _answer.Content.ReadAsStreamAsync(cancellationToken), silence, api.Clock);
        return SseParser.Create(body).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
    }

    // What takes a connection need not be alive: a proxy takes it for a node that is gone.
    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var quiet = new CancellationTokenSource(silence, api.Clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, quiet.Token);
        try
        {
            return await api.OpenAsync(request, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ServiceAwayException(api.Address, new TimeoutException($"Nothing came for {silence.TotalSeconds:0} s."));
        }
    }
}
