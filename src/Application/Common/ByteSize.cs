using System.Globalization;

namespace Libra.Deploy.Application.Common;

/// <summary>Numbers of bytes as sentences name them.</summary>
public static class ByteSize
{
    private const long Mebibyte = 1 << 20;

    /// <summary>In MiB from one MiB on, in bytes below.</summary>
    public static string Show(long bytes) => bytes < Mebibyte
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes")
        : string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / Mebibyte:0.##} MiB");
}
