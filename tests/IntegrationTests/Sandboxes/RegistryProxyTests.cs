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

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    private async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_proxy.SocketPath), TestContext.Current.CancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<string> AskAsync(NetworkStream client, string request)
    {
        await client.WriteAsync(Encoding.ASCII.GetBytes(request + "\r\nHost: x\r\n\r\n"), TestContext.Current.CancellationToken);
        var answer = new byte[1024];
        return Encoding.ASCII.GetString(answer, 0, await client.ReadAsync(answer, TestContext.Current.CancellationToken));
    }
}
