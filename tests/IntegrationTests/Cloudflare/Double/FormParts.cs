using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Libra.Deploy.IntegrationTests.Cloudflare.Double;

/// <summary>One part of a form; its body is read before the next part.</summary>
internal sealed record FormPart(string Name, string? FileName, string? ContentType, Stream Body);

/// <summary>Reads forms as strictly as the pickiest reader known: names quoted, boundary not.</summary>
internal static partial class FormParts
{
    public static MultipartReader? ReaderOf(HttpRequest request) =>
        Boundary().Match(request.ContentType ?? "") is { Success: true } found ? new MultipartReader(found.Groups[1].Value, request.Body, 64 << 10) : null;

    public static async Task<FormPart?> NextAsync(MultipartReader reader)
    {
        if (await reader.ReadNextSectionAsync() is not { } section) return null;
        var disposition = Disposition().Match(section.ContentDisposition ?? "");
        if (!disposition.Success) throw new BadHttpRequestException($"unquoted: {section.ContentDisposition}");
        return new FormPart(
            disposition.Groups[1].Value, disposition.Groups[2].Success ? disposition.Groups[2].Value : null, section.ContentType, section.Body);
    }

    [GeneratedRegex("""^multipart/form-data; ?boundary=([A-Za-z0-9'()+_,./:=?-]+)$""")]
    private static partial Regex Boundary();

    [GeneratedRegex("""^form-data; name="([^"]*)"(?:; filename="([^"]*)")?$""")]
    private static partial Regex Disposition();
}
