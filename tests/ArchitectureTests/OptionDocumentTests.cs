using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Libra.Deploy.Infrastructure.Embedded;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Remote;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.Infrastructure.Targets.Cloudflare;
using Libra.Deploy.WebApi.Composition;
using Libra.Deploy.WebApi.Configuration;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>docs/configuration.md lists every option that can be set, with its default, and no other.</summary>
public sealed partial class OptionDocumentTests
{
    // Cloudflare's are in the list of what is read by name.
    private static readonly (string Section, Type Options)[] Bound =
        [.. SettingSections.All.Where(bound => bound.Options != typeof(CloudflareOptions))];

    /// <summary>Filled by the composition root alone; what of it can be set is read there by name.</summary>
    private static readonly Type[] Wired =
    [
        typeof(CloudflareOptions), typeof(EmbeddedPostgresOptions), typeof(FolderObjectStoreOptions), typeof(RemoteOptions),
    ];

    private static readonly string Page = Repository.Read("docs/configuration.md");

    [Fact]
    public void EveryOptionsClass_HasItsPlace()
    {
        var known = Bound.Select(bound => bound.Options).Concat(Wired);
        var options = Layers.All.SelectMany(Layers.TypesOf)
            .Where(type => type.IsClass && type.Name.EndsWith("Options", StringComparison.Ordinal));

        options.Except(known).Should().BeEmpty(
            "an operator cannot set what no document names: add it to the list here, and its section to the page");
    }

    [Fact]
    public void EveryOption_IsDocumentedWithItsDefault()
    {
        var expected = Bound.SelectMany(bound => OptionsOf(bound.Section, bound.Options)).ToList();
        var rows = Row().Matches(Page)
            .ToDictionary(row => row.Groups["option"].Value, row => row.Groups["default"].Value.Trim('`'), StringComparer.Ordinal);

        expected.Where(option => !rows.ContainsKey(option.Name)).Select(option => option.Name).Should().BeEmpty();
        expected.Where(
            option => option.Default is not null && !HasAVariable(option.Name) && rows.GetValueOrDefault(option.Name) != option.Default)
            .Select(option => $"{option.Name} is {option.Default}, not {rows.GetValueOrDefault(option.Name)}").Should().BeEmpty();
    }

    [Fact]
    public void EveryDocumentedOption_Exists()
    {
        var existing = Bound.SelectMany(bound => OptionsOf(bound.Section, bound.Options)).Select(option => option.Name)
            .Concat(EnvironmentNames.All.Select(variable => variable.Key))
            .Concat(ReadByName())
            .ToHashSet(StringComparer.Ordinal);

        Row().Matches(Page).Select(row => row.Groups["option"].Value).Where(option => !existing.Contains(option)).Should().BeEmpty();
    }

    [Fact]
    public void EverySettingReadByName_IsDocumented() =>
        ReadByName().Where(key => !Page.Contains($"`{key}`", StringComparison.Ordinal)).Should().BeEmpty();

    // What the code asks for by its name instead of binding it: configuration["A:B"], and the parts of the section Cloudflare.
    private static List<string> ReadByName()
    {
        var files = Repository.Files("src", "*.cs");
        var whole = files.SelectMany(file => KeyRead().Matches(file.Text)).Select(read => read.Groups["key"].Value);
        var parts = files.Where(file => file.Text.Contains("GetSection(\"Cloudflare\")", StringComparison.Ordinal))
            .SelectMany(file => PartRead().Matches(file.Text)).Select(read => $"Cloudflare:{read.Groups["part"].Value}");
        return [.. whole.Where(key => !key.EndsWith(":0", StringComparison.Ordinal)).Concat(parts).Distinct(StringComparer.Ordinal)];
    }

    private static IEnumerable<(string Name, string? Default)> OptionsOf(string section, Type type)
    {
        var defaults = Activator.CreateInstance(type, nonPublic: true);
        return type.GetProperties()
            .Where(property => property.SetMethod is { IsPublic: true } || IsList(property.PropertyType))
            .Where(property => !property.IsDefined(typeof(RequiredMemberAttribute), inherit: true)) // filled by the composition root
            .Where(property => !Array.Exists(Bound, bound => bound.Options == property.PropertyType))
            .Select(property => ($"{section}:{property.Name}", Shown(property.Name, property.GetValue(defaults))));
    }

    private static bool IsList(Type type) => type != typeof(string) && typeof(IEnumerable).IsAssignableFrom(type);

    // A variable's default is shown in the variable's own unit.
    private static bool HasAVariable(string option) => EnvironmentNames.All.Any(variable => variable.Key == option);

    // Null where the page tells it in words: a list, nothing, or what depends on the machine.
    private static string? Shown(string name, object? value) => value switch
    {
        null or "" or not (ValueType or string) => null,
        string when name == nameof(QueueOptions.NodeName) => null,
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^\|[^\n]*?`(?<option>[A-Z]\w+(:[A-Z]\w+)+)`[^|\n]*\| *(?<default>[^|\n]*?) *\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\bconfiguration\[""(?<key>[A-Z]\w*(:\w+)+)""\]", RegexOptions.IgnoreCase)]
    private static partial Regex KeyRead();

    [GeneratedRegex(@"\bsection(\[""|\.GetValue(<\w+>)?\("")(?<part>\w+)""")]
    private static partial Regex PartRead();
}
