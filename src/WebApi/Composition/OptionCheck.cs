using Libra.Deploy.WebApi.Configuration;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>Fills the options of an adapter, and stops the start when they do not hold, each as a sentence for an operator.</summary>
internal static class OptionCheck
{
    /// <summary>The same options with what a section sets. What cannot be read has been refused by <see cref="SettingSections"/>.</summary>
    public static TOptions ReadFrom<TOptions>(this TOptions options, IConfiguration configuration, string section)
    {
        configuration.GetSection(section).Bind(options);
        return options;
    }

    /// <exception cref="StartRefusedException">A setting is wrong; the message says which.</exception>
    public static TOptions OrRefuse<TOptions>(this TOptions options, Func<TOptions, IEnumerable<string>> problems)
    {
        var found = string.Join(' ', problems(options));
        return found.Length == 0 ? options : throw new StartRefusedException(found);
    }
}
