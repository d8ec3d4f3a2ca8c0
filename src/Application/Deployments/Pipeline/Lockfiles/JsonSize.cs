using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Libra.Deploy.Application.Deployments.Pipeline.Lockfiles;

/// <summary>How much there is in a JSON text. Reading one takes memory for every value, which of two bytes may be a hundred.</summary>
public static class JsonSize
{
    /// <summary>Names and values that a manifest may hold; the largest have a few thousand.</summary>
    public const int MaxOfManifest = 50_000;

    /// <summary>Names and values that a lock file may hold: as many as one of the largest size usually has.</summary>
    public const int MaxOfLockfile = 2_000_000;

    private static readonly JsonReaderOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>The sentence that refuses the text; null when it holds no more than it may, or is no JSON.</summary>
    /// <param name="name">Of the file, for the sentence.</param>
    public static string? Problem(string name, string text, int most)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var reader = new Utf8JsonReader(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), Lenient);
            var count = 0;
            while (count <= most && reader.Read()) count++;
            return count > most
                ? string.Create(CultureInfo.InvariantCulture, $"{name} holds more than {most:N0} names and values.")
                : null;
        }
        catch (JsonException)
        {
            return null; // told better by who reads all of it
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
