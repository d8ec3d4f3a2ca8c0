using System.Net;
using System.Net.Sockets;
using System.Text;
using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Registry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

public sealed class RegistryProxyTests : IAsyncLifetime
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-proxy-");
    private RegistryProxy _proxy = null!;

    public ValueTask InitializeAsync()
    {
        _server.Start();
        _proxy = new RegistryProxy(Path.Combine(_folder.FullName, "s"), [$"127.0.0.1:{Port}"], NullLogger.Instance);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _server.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Dispose_WhenThePathOfTheDataFolderIsTooLong_RemovesTheFolderMadeForTheSocket()
    {
        var path = ProxySocket.NewPath(Path.Combine(_folder.FullName, new string('x', 100)));
        await using (new RegistryProxy(path, [], NullLogger.Instance)) File.Exists(path).Should().BeTrue();

        Directory.Exists(Path.GetDirectoryName(path)).Should().BeFalse();
    }

    [Theory]
    [InlineData("CONNECT 127.0.0.1:{other} HTTP/1.1")]
    [InlineData("CONNECT localhost:{port} HTTP/1.1")]
    [InlineData("CONNECT 127.0.0.1:{port}@evil HTTP/1.1")]
    [InlineData("GET http://127.0.0.1:{port}/ HTTP/1.1")]
    [InlineData("CONNECT  127.0.0.1:{port} HTTP/1.1")]
    public async Task Request_WhenNotAllowed_IsRefusedAndReachesNobody(string request)
    {
        await using var client = await ConnectAsync();

        var answer = await AskAsync(
            client, request.Replace("{port}", $"{Port}", StringComparison.Ordinal)
                .Replace("{other}", $"{Port + 1}", StringComparison.Ordinal));

        answer.Should().StartWith("HTTP/1.1 403");
        _server.Pending().Should().BeFalse();
    }

    [Fact]
    public async Task Request_WhenAllowed_IsTunnelledBothWays()
    {
        await using var client = await ConnectAsync();

        var answer = await AskAsync(client, $"CONNECT 127.0.0.1:{Port} HTTP/1.1");
        using var server = await _server.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await client.WriteAsync("ping"u8.ToArray(), TestContext.Current.CancellationToken);
        var received = new byte[4];
        await server.GetStream().ReadExactlyAsync(received, TestContext.Current.CancellationToken);
        await server.GetStream().WriteAsync("pong"u8.ToArray(), TestContext.Current.CancellationToken);
        var returned = new byte[4];
        await client.ReadExactlyAsync(returned, TestContext.Current.CancellationToken);

        answer.Should().StartWith("HTTP/1.1 200");
        Encoding.ASCII.GetString(received).Should().Be("ping");
        Encoding.ASCII.GetString(returned).Should().Be("pong");
    }

    [Fact]
    public async Task Request_BehindTheProxyOfTheMachine_IsTunnelledThroughItWithItsPassword()
    {
        using var machine = new TcpListener(IPAddress.Loopback, 0);
        machine.Start();
        await using var proxy = ProxyBehind(machine);
        await using var client = await ConnectAsync(proxy);

        var (asked, answer) = await AskThroughAsync(machine, client, "HTTP/1.1 200 OK\r\nVia: test\r\n\r\npong");

        answer.Should().StartWith("HTTP/1.1 200");
        asked.Should().StartWith("CONNECT registry.example:443 HTTP/1.1\r\n")
            .And.Contain("Proxy-Authorization: Basic " + Convert.ToBase64String("me:p@ss"u8) + "\r\n");
        var returned = new byte[4];
        await client.ReadExactlyAsync(returned, TestContext.Current.CancellationToken);
        Encoding.ASCII.GetString(returned).Should().Be("pong");
    }

    [Fact]
    public async Task Request_ThatTheProxyOfTheMachineRefuses_Is502()
    {
        using var machine = new TcpListener(IPAddress.Loopback, 0);
        machine.Start();
        await using var proxy = ProxyBehind(machine);
        await using var client = await ConnectAsync(proxy);

        var (_, answer) = await AskThroughAsync(machine, client, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");

        answer.Should().StartWith("HTTP/1.1 502");
    }

    [Fact]
    public async Task Request_ThatIsNotAllowed_DoesNotReachTheProxyOfTheMachine()
    {
        using var machine = new TcpListener(IPAddress.Loopback, 0);
        machine.Start();
        await using var proxy = ProxyBehind(machine);
        await using var client = await ConnectAsync(proxy);

        (await AskAsync(client, "CONNECT elsewhere.example:443 HTTP/1.1")).Should().StartWith("HTTP/1.1 403");

        machine.Pending().Should().BeFalse();
    }

    [Fact]
    public async Task Request_ToAHostThatIsReachedWithoutTheProxyOfTheMachine_GoesStraight()
    {
        using var machine = new TcpListener(IPAddress.Loopback, 0);
        machine.Start();
        await using var proxy = ProxyBehind(machine, "127.0.0.1");
        await using var client = await ConnectAsync(proxy);

        var answer = await AskAsync(client, $"CONNECT 127.0.0.1:{Port} HTTP/1.1");

        answer.Should().StartWith("HTTP/1.1 200");
        machine.Pending().Should().BeFalse();
        _server.Pending().Should().BeTrue();
    }

    private RegistryProxy ProxyBehind(TcpListener machine, params string[] straight) => new(
        Path.Combine(_folder.FullName, "behind"), ["registry.example:443", $"127.0.0.1:{Port}"], NullLogger.Instance,
        new WebProxy($"http://127.0.0.1:{((IPEndPoint)machine.LocalEndpoint).Port}", BypassOnLocal: false, straight)
        {
            Credentials = new NetworkCredential("me", "p@ss"),
        });

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    private async Task<NetworkStream> ConnectAsync(RegistryProxy? proxy = null)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint((proxy ?? _proxy).SocketPath), TestContext.Current.CancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<string> AskAsync(NetworkStream client, string request)
    {
        await client.WriteAsync(Encoding.ASCII.GetBytes(request + "\r\nHost: x\r\n\r\n"), TestContext.Current.CancellationToken);
        return await ReadAsync(client);
    }

    /// <summary>What the proxy of the machine is asked, and what the client hears when it answers so.</summary>
    private static async Task<(string Asked, string Heard)> AskThroughAsync(TcpListener machine, NetworkStream client, string answer)
    {
        var asking = AskAsync(client, "CONNECT registry.example:443 HTTP/1.1");
        using var hop = await machine.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var asked = await ReadAsync(hop.GetStream());
        await hop.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
        return (asked, await asking);
    }

    /// <summary>A header to its end, and nothing of what follows.</summary>
    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        var header = new StringBuilder();
        for (var one = new byte[1]; !header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal);)
        {
            if (await stream.ReadAsync(one, TestContext.Current.CancellationToken) == 0) break;
            header.Append((char)one[0]);
        }

        return header.ToString();
    }
}
