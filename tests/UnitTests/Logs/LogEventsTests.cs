using System.Net.ServerSentEvents;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.WebApi.Deployments;
using Libra.Deploy.WebApi.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.UnitTests.Logs;

public sealed class LogEventsTests
{
    private readonly LogEvents _events;

    public LogEventsTests()
    {
        var json = new JsonOptions();
        JsonFormat.Apply(json.SerializerOptions);
        _events = new LogEvents(Options.Create(json), TimeProvider.System);
    }

    [Fact]
    public async Task OfLines_GivesAnEventALineWithItsNumber()
    {
        LogEntry[] lines = [Line(41, "a \"quoted\" word\nand \u001b[31mred\u001b[0m"), Line(42, "größer")];

        var events = await SseParser.Create(new MemoryStream(_events.OfLines(lines).ToArray())).EnumerateAsync()
            .ToListAsync(TestContext.Current.CancellationToken);

        events.Select(read => (read.EventType, read.EventId)).Should().Equal(("log", "41"), ("log", "42"));
        events.Select(read => JsonNode.Parse(read.Data)!["message"]!.GetValue<string>()).Should().Equal(lines.Select(line => line.Message));
        events[0].Data.Should().Contain("\"stream\":\"stdout\"").And.Contain("\"timestamp\":\"2026-11-23T09:29:40.785Z\"");
    }

    [Fact]
    public async Task OfLines_WhenAskedByManyAtOnce_WritesThePieceOnce()
    {
        LogEntry[] lines = [.. Enumerable.Range(1, 2000).Select(number => Line(number, "x"))];

        var written = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => _events.OfLines(lines))));

        written.Should().OnlyContain(bytes => bytes.Equals(written[0]), "it is the same memory");
    }

    [Fact]
    public void OfLines_WhenThePieceIsForgotten_ForgetsItsEvents()
    {
        var events = WrittenAndForgotten();

        GC.Collect();

        events.IsAlive.Should().BeFalse();
    }

    private WeakReference WrittenAndForgotten()
    {
        MemoryMarshal.TryGetArray(_events.OfLines([Line(1, "x")]), out var bytes).Should().BeTrue();
        return new WeakReference(bytes.Array);
    }

    private static LogEntry Line(long seq, string message) => new(
        seq, new DateTimeOffset(2026, 11, 23, 9, 29, 40, 785, TimeSpan.Zero), LogLevel.Info, DeploymentStep.Build,
        LogStream.Stdout, message, Attempt: 1);
}
