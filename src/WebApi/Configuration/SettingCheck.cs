using System.ComponentModel;

namespace Libra.Deploy.WebApi.Configuration;

/// <summary>Finds the settings whose text is not what their option takes, and says so in an operator's words.</summary>
/// <remarks>The binder itself would fail wherever the first part asks for its options, with a stack and one setting at a time.</remarks>
internal static class SettingCheck
{
    /// <summary>One sentence for each setting of the section that cannot be read; empty when all can.</summary>
    public static IEnumerable<string> Problems(IConfiguration configuration, string section, Type options)
    {
        foreach (var property in options.GetProperties())
        {
            var setting = configuration.GetSection($"{section}:{property.Name}");
            var values = ValueOfTable(property.PropertyType) is { } value
                ? setting.GetChildren().Select(row => (row.Path, row.Value, Type: value))
                : [(setting.Path, setting.Value, Type: property.PropertyType)];
            foreach (var (path, text, type) in values)
            {
                var plain = Nullable.GetUnderlyingType(type) ?? type;
                if (string.IsNullOrEmpty(text) && (plain != type || !type.IsValueType)) continue; // not set
                if (text is not null && Problem(path, text, plain) is { } problem) yield return problem;
            }
        }
    }

    private static string? Problem(string path, string text, Type type)
    {
        if (IsReadable(text, type)) return null;

        var variable = EnvironmentNames.All.FirstOrDefault(known => string.Equals(known.Key, path, StringComparison.OrdinalIgnoreCase));
        var name = variable is null ? path : $"{path} ({variable.Name})";
        // An address may hold a password.
        return type == typeof(Uri) ? $"{name} is no address." : $"{name} is '{text}'; {Expected(type)} is expected.";
    }

    private static bool IsReadable(string text, Type type)
    {
        // A number alone would be read as days, and whoever writes 30 means seconds or minutes.
        if (type == typeof(TimeSpan) && !text.Contains(':', StringComparison.Ordinal)) return false;

        var converter = TypeDescriptor.GetConverter(type);
        if (!converter.CanConvertFrom(typeof(string))) return true;
        try
        {
            converter.ConvertFromInvariantString(text);
            return true;
        }
        catch (Exception failure) when (failure is FormatException or OverflowException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    private static string Expected(Type type) => type switch
    {
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a time as hours:minutes:seconds, for instance 00:00:30,",
        _ when type == typeof(int) => $"a whole number up to {int.MaxValue}",
        _ when type == typeof(long) => $"a whole number up to {long.MaxValue}",
        _ => $"a value of the kind {type.Name}",
    };

    /// <summary>What a table by name holds, as <c>Quotas:Plans</c> does; null for everything else.</summary>
    private static Type? ValueOfTable(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IDictionary<,>) ? type.GetGenericArguments()[1] : null;
}
