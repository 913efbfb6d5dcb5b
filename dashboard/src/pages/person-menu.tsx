import {
  Avatar,
  Button,
  Caption1,
  makeStyles,
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
  tokens,
} from "@fluentui/react-components";
import { SignOut20Regular } from "@fluentui/react-icons/svg/sign-out";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { PLATFORM_SIGN_OUT, signOutLocally } from "../api/session.ts";
import { usePerson } from "../api/use-person.ts";
import { pluralText } from "../rules/words.ts";
import { ServerTime } from "./server-state.tsx";

const useStyles = makeStyles({
  wide: {
    justifyContent: "flex-start",
    gap: tokens.spacingHorizontalM,
    padding: "8px 10px",
    textAlign: "start",
    fontWeight: tokens.fontWeightRegular,
  },
  lines: { display: "flex", flexDirection: "column", minWidth: 0 },
  card: { padding: "8px 10px", display: "flex", flexDirection: "column", gap: "4px" },
  quiet: { color: tokens.colorNeutralForeground3 },
  time: { paddingBlock: "4px" },
});

interface PersonMenuProps {
  readonly signOut: "local" | "platform";
  /** Only the picture, for the bar of a narrow screen; the menu then also has the server's time. */
  readonly isCompact: boolean;
}

/** Who is signed in, with which roles, and the way out. */
export function PersonMenu({ signOut, isCompact }: PersonMenuProps) {
  const styles = useStyles();
  const { name, roles, tenants } = usePerson();
  const queryClient = useQueryClient();
  const leave = useMutation({
    mutationFn: signOutLocally,
    onSuccess: () => queryClient.resetQueries(),
  });
  const rolesText = roles === null ? "roles not known" : roles.join(", ") || "no role";
  const scopeText = tenants === null ? "every tenant" : pluralText(tenants.length, "tenant");
  const avatar = <Avatar name={name} size={32} color="colorful" aria-hidden />;
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        {isCompact ? (
          <Button appearance="subtle" icon={avatar} aria-label={`${name}, ${rolesText}`} />
        ) : (
          <Button appearance="subtle" className={styles.wide}>
            {avatar}
            <span className={styles.lines}>
              <Text truncate wrap={false} weight="semibold">
                {name}
              </Text>
              <Caption1 className={styles.quiet}>{rolesText}</Caption1>
            </span>
          </Button>
        )}
      </MenuTrigger>
      <MenuPopover>
        <div className={styles.card}>
          <Text weight="semibold">{name}</Text>
          <Caption1 className={styles.quiet}>
            {rolesText} · {scopeText}
          </Caption1>
        </div>
        {isCompact && (
          <div className={styles.time}>
            <ServerTime />
          </div>
        )}
        <MenuDivider />
        <MenuList>
          <MenuItem
            icon={<SignOut20Regular />}
            onClick={() =>
              signOut === "local" ? leave.mutate() : globalThis.location.assign(PLATFORM_SIGN_OUT)
            }
          >
            Sign out
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
