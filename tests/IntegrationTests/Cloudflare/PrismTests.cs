using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>Our requests against Cloudflare's own description of its API, checked by a program that is not ours.</summary>
public sealed class PrismTests : IAsyncLifetime
{
    private const string Switch = "LIBRA_TEST_PRISM";
    private static readonly string Spec = Path.Combine(AppContext.BaseDirectory, "Cloudflare/spec");

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private CloudflareRig _rig = null!;
    private Process? _prism;

    public async ValueTask InitializeAsync() => _rig = await CloudflareRig.StartAsync(options => options with { HostnameMetadata = true });

    public async ValueTask DisposeAsync()
    {
        if (_prism is { HasExited: false }) _prism.Kill(entireProcessTree: true);
        _prism?.Dispose();
        _client.Dispose();
        await _rig.DisposeAsync();
    }

    [Fact]
    public async Task Requests_WhenCheckedAgainstCloudflaresDescription_AreInOrder()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Switch) == "1", $"Set {Switch}=1: it installs 90 MB from npm.");
        await RunAsync(RuntimeLayout.Find().Node, [RuntimeLayout.Find().Npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
        var requests = await EveryRequestAsync();
        var prism = await StartPrismAsync();

        foreach (var request in requests)
        {
            var (status, complaint) = await AskAsync(prism, request);
            status.Should().BeInRange(200, 299, $"{request.Method} {request.Path}: {complaint}");
        }

        var (refused, why) = await AskAsync(prism, requests.First(request => request.Method == "POST" && request.Path.EndsWith("custom_hostnames", StringComparison.Ordinal)) with { Body = "{}"u8.ToArray() });
        refused.Should().Be(422, "a checker that takes everything proves nothing: " + why);
        await MetadataIsValidAsync();
    }

    private async Task<List<RawRequest>> EveryRequestAsync()
    {
        _rig.Cloudflare.KeepsRequests = true;
        _rig.Cloudflare.Account.Namespaces.Clear();
        (await _rig.Target.CheckAsync(default)).IsError.Should().BeFalse();
        foreach (var worker in new[] { true, false }) (await _rig.PublishAsync(await WranglerCapture.BuildAsync(worker), worker ? "shop" : "plain")).IsError.Should().BeFalse();
        await using (var artifact = await _rig.Artifacts.OpenAsync(await _rig.SaveAsync(await WranglerCapture.BuildAsync(worker: true)), default))
            (await _rig.Target.PublishAsync(CloudflareRig.RequestFor(artifact!, "shop") with { Resumed = true }, default)).IsError.Should().BeFalse();

        var domain = CustomDomain.FromStorage("shop.example.org");
        var id = (await _rig.Domains.EnsureAsync(domain, null, "shop", default)).Value.HostnameId!;
        await _rig.Domains.ReadAsync(domain, id, default);
        _rig.Cloudflare.Hostnames.Move(domain.Value, "pending", "validation_timed_out");
        (await _rig.Domains.EnsureAsync(domain, null, "shop", default)).IsError.Should().BeFalse();
        (await _rig.Domains.RemoveAsync(domain, id, "shop", default)).IsError.Should().BeFalse();
        return [.. _rig.Cloudflare.Requests];
    }

    private async Task<(int Status, string Complaint)> AskAsync(Uri prism, RawRequest request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(prism, request.Path));
        message.Headers.TryAddWithoutValidation("Authorization", request.Authorization);
        // The double's ids do not look like those of Prism's examples, so only requests are compared, never answers.
        if (request.ContentType is not null)
        {
            message.Content = new ByteArrayContent(request.Body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        using var answer = await _client.SendAsync(message);
        return ((int)answer.StatusCode, answer.Headers.TryGetValues("sl-violations", out var violations) ? string.Join(' ', violations) : await answer.Content.ReadAsStringAsync());
    }

    private async Task<Uri> StartPrismAsync()
    {
        var port = FixedPorts.Take();
        var start = new ProcessStartInfo(
            RuntimeLayout.Find().Node, [Path.Combine(Spec, "node_modules/@stoplight/prism-cli/dist/index.js"), "mock", "-h", "127.0.0.1", "-p", $"{port}", "cloudflare-subset.openapi.json"])
        {
            WorkingDirectory = Spec,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _prism = Process.Start(start)!;
        _ = _prism.StandardOutput.ReadToEndAsync();
        _ = _prism.StandardError.ReadToEndAsync();
        await Eventually.BecomesTrueAsync(() => IsOpen(port), TimeSpan.FromMinutes(1), "Prism starts within seconds");
        return new Uri($"http://127.0.0.1:{port}");
    }

    // Prism takes the JSON inside of a form for text.
    private async Task MetadataIsValidAsync()
    {
        var metadata = new JsonArray([.. _rig.Cloudflare.Scripts.Values.Select(script => script.Metadata.DeepClone())]);
        var file = Path.Combine(Spec, "metadata.json");
        await File.WriteAllTextAsync(file, metadata.ToJsonString());
        await RunAsync(RuntimeLayout.Find().Node, ["check-metadata.mjs", file]);
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Spec, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.Should().Be(0, string.Join('\n', await output));
    }

    private static bool IsOpen(int port)
    {
        using var probe = new TcpClient();
        try
        {
            probe.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
