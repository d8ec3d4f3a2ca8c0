using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;

/// <summary>
/// A form of many parts, written straight from their files with its length known before. The framework's own form leaves names and
/// file names unquoted and quotes the boundary, which not every reader of forms takes.
/// </summary>
internal sealed class MultipartParts : HttpContent
{
    private static readonly byte[] NewLine = "\r\n"u8.ToArray();

    private readonly List<(byte[] Head, IPartBody Body)> _parts = [];
    private readonly string _boundary = "----libra-" + RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly byte[] _end;

    public MultipartParts()
    {
        _end = Encoding.ASCII.GetBytes($"--{_boundary}--\r\n");
        Headers.ContentType = new MediaTypeHeaderValue("multipart/form-data");
        Headers.ContentType.Parameters.Add(new NameValueHeaderValue("boundary", _boundary));
    }

    /// <param name="fileName">Null for a plain field.</param>
    public MultipartParts Add(string name, string? fileName, string? contentType, IPartBody body)
    {
        var file = fileName is null ? "" : $"; filename=\"{Quoted(fileName)}\"";
        var type = contentType is null ? "" : $"\r\nContent-Type: {contentType}";
        var head = $"--{_boundary}\r\nContent-Disposition: form-data; name=\"{Quoted(name)}\"{file}{type}\r\n\r\n";
        _parts.Add((Encoding.UTF8.GetBytes(head), body));
        return this;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        foreach (var (head, body) in _parts)
        {
            await stream.WriteAsync(head, cancellationToken);
            await body.WriteAsync(stream, cancellationToken);
            await stream.WriteAsync(NewLine, cancellationToken);
        }

        await stream.WriteAsync(_end, cancellationToken);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = _parts.Sum(part => part.Head.Length + part.Body.Length + NewLine.Length) + _end.Length;
        return true;
    }

    // As browsers do it.
    private static string Quoted(string name) => name
        .Replace("\r", "%0D", StringComparison.Ordinal)
        .Replace("\n", "%0A", StringComparison.Ordinal)
        .Replace("\"", "%22", StringComparison.Ordinal);
}
